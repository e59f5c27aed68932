/* text.h - networks of texts: where the tokens of a pass are, and its rows with and without the
 * padding. What is computed a token is computed on packed rows: text i is rows
 * offset[i]..offset[i+1]. A text ends with its last token that is not 0; one of zeros has no row.
 */
#ifndef KDI_TEXT_H
#define KDI_TEXT_H

#include "models/net.h"

typedef struct kdi_text {
    int64_t pass, generation;              /* of what follows */
    int64_t n, length, rows;               /* texts, positions, packed rows */
    bool full;                             /* no padding anywhere */
    kd_tensor *offset;                     /* n + 1 */
    kd_tensor *place;                      /* rows: text * length + position */
    kd_tensor *row;                        /* n,length: its packed row, or -1 */
    kd_tensor *first, *last;               /* n: packed rows, or -1 */
    kd_tensor *token, *segment, *position; /* rows */
    kd_tensor *packed, *padded;            /* the same rows, as kdi_text_pad saw them last */
} kdi_text;

/* makes t say what this pass is fed; false: the input is poison */
bool kdi_text_see(kdi_text *t, const kd_net *net);
kd_tensor *kdi_text_pack(kdi_text *t, kd_tensor *x);          /* n,length,C -> rows,C */
kd_tensor *kdi_text_pad(kdi_text *t, kd_tensor *x);           /* and back, zeros at padding */
kd_tensor *kdi_text_mask(const kdi_text *t, kd_tensor *like); /* n,length: 1 or 0 */

/* ---- architecture strings: "transformer", then words like "w64" or "post" ---------- */

/* the next word of *at, which begins with '_', into a letter and a number; false: none is left, or
 * it is not so */
bool kdi_arch_number(const char **at, char letter, double *number);
/* the next word is this one */
bool kdi_arch_word(const char **at, const char *word);
/* appends "_w64" */
void kdi_arch_add(char *buf, char letter, double number);

#endif
