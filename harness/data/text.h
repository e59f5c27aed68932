/* text.h - texts of files in memory: lines, what is sound, and the parsers of known formats. */
#ifndef KDI_DATA_TEXT_H
#define KDI_DATA_TEXT_H

#include "data/read.h"

/* one line after the other, without its end (LF or CR LF) */
typedef struct kdi_lines {
    const char *path, *at, *end;
    int64_t number; /* of the line that came last, from 1 */
} kdi_lines;

kdi_lines kdi_lines_of(const kdi_bytes *file);
bool kdi_lines_next(kdi_lines *l, const char **line, int64_t *n);

/* ---- csv.c: fields of a record, no NUL at their ends ------------------------------------ */

typedef struct kdi_field {
    const char *text;
    int64_t n;
} kdi_field;

typedef struct kdi_csv {
    const char *path, *at, *end;
    int64_t line, next_line; /* of the record that came last, from 1; where the next begins */
    char *room;
} kdi_csv;

kdi_csv kdi_csv_of(kdi_arena *a, const kdi_bytes *file);
/* exactly so many fields, good until the next record; *more is false at the end */
int kdi_csv_next(kdi_csv *c, kdi_field *field, int wanted, bool *more);
int kdi_tsv_next(kdi_lines *l, kdi_field *field, int wanted, bool *more);
bool kdi_field_is(kdi_field f, const char *text);
/* a whole number first..last, which gives label 0.. */
int kdi_field_label(kdi_field f, const char *path, int64_t line, int64_t first, int64_t last,
                    int64_t *label);

/* ---- formats.c: one part of a known data set --------------------------------------------- */

/* AG News: label 1..4, title and description, which become one text */
int kdi_ag_news_part(kd_dataset *d, const kdi_bytes *file, kd_samples *out);
/* GLUE's SST-2: a header, then sentence and label 0 or 1 */
int kdi_sst2_part(kd_dataset *d, const kdi_bytes *file, kd_samples *out);

/* names of the files in d->folder/sub that end in `ending`, in the order of their bytes */
int kdi_folder_files(kd_dataset *d, const char *sub, const char *ending, const char *const **name,
                     int64_t *n);

/* ---- wordnet.c: data.noun and data.verb of WordNet 3.0 --------------------------------- */

enum { KDI_LEXNAMES = 45, KDI_OFFSET = 8 };
extern const char *const kdi_lexname[KDI_LEXNAMES]; /* "noun.act" is number 4 */

typedef struct kdi_synset {
    int64_t line;
    int lexfile;
    const char *offset;     /* KDI_OFFSET digits, no NUL, as all of these */
    const char *hypernym;   /* of its first one (@ or @i), or NULL */
    const char *gloss;      /* all of it */
    const char *definition; /* the gloss up to its first example */
    int64_t ngloss, ndefinition;
} kdi_synset;

/* the next synset; *more is false at the end of the file */
int kdi_wordnet_next(kdi_lines *l, kdi_synset *out, bool *more);

#endif
