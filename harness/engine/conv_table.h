/* conv_table.h - the rows of conv_table.c: which kernel was fastest for which convolution. A row
 * that has too few columns, or a word that no kernel has, does not compile. */
#ifndef KDI_CONV_TABLE_H
#define KDI_CONV_TABLE_H

#include "engine.h"

/* as kdi_simd_level() counts; below there is nothing to choose */
enum { KDI_ISA_AVX2 = 1, KDI_ISA_AVX512 = 2 };

/* What a choice depends on, in the order of the columns. Not the batch: a sample's bits must not
 * depend on who else is in it. */
enum { KDI_CONV_KEY = 10 };

typedef struct kdi_conv_row {
    int key[KDI_CONV_KEY]; /* isa, pass, kernel, stride, pad, groups, height, width, in, out */
    enum kdi_conv_kernel kernel;
} kdi_conv_row;

#define ROW(isa, pass, size, stride, pad, groups, height, width, in, out, kernel)                  \
    { { KDI_ISA_##isa, KDI_##pass, size, stride, pad, groups, height, width, in, out },            \
      KDI_CONV_##kernel },

extern const kdi_conv_row kdi_conv_rows[]; /* rising */
extern const int kdi_conv_nrows;

/* false: no key has such sizes (the kernel is not square) */
bool kdi_conv_key(int isa, const kdi_conv *c, enum kdi_pass pass, int key[KDI_CONV_KEY]);
int kdi_conv_compare(const int *a, const int *b); /* of keys: below, at or above 0 */
/* NULL: no row */
const kdi_conv_row *kdi_conv_find(const kdi_conv_row *row, int n, const int *key);

#endif
