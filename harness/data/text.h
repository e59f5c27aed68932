/* text.h - texts of files in memory: lines, what is sound, and the parsers of known formats. */
#ifndef KDI_TEXT_H
#define KDI_TEXT_H

#include "data/read.h"

/* one line after the other, without its end (LF or CR LF) */
typedef struct kdi_lines {
    const char *path, *at, *end;
    int64_t number; /* of the line that came last, from 1 */
} kdi_lines;

kdi_lines kdi_lines_of(const kdi_bytes *file);
bool kdi_lines_next(kdi_lines *l, const char **line, int64_t *n);

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
