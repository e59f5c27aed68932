/* The committed table of kernel choices, and how a convolution is looked up in it. */
#include "engine/conv_table.h"
#include "engine/simd.h"
#include "test.h"

#include <stdlib.h>

static kdi_conv conv_of(const int *key)
{
    kdi_conv c = { .n = 64,
                   .h = key[6],
                   .w = key[7],
                   .ic = key[8],
                   .oc = key[9],
                   .kh = key[2],
                   .kw = key[2],
                   .stride = key[3],
                   .pad = key[4],
                   .groups = key[5] };
    c.oh = (c.h + 2 * c.pad - c.kh) / c.stride + 1;
    c.ow = (c.w + 2 * c.pad - c.kw) / c.stride + 1;
    return c;
}

static const kdi_conv_row few[] = {
    ROW(AVX2, FORWARD, 1, 1, 0, 1, 8, 8, 16, 96, DIRECT)
        ROW(AVX2, FORWARD, 3, 1, 1, 1, 8, 8, 16, 16, ONEDNN)
            ROW(AVX2, BACKWARD_DATA, 3, 1, 1, 1, 8, 8, 16, 16, WINOGRAD)
                ROW(AVX512, FORWARD, 3, 1, 1, 1, 8, 8, 16, 16, WINOGRAD)
                    ROW(AVX512, FORWARD, 3, 1, 1, 16, 8, 8, 16, 16, DEPTHWISE)
};
enum { FEW = sizeof few / sizeof *few };

static const kdi_conv_row *look_up(int isa, const kdi_conv *c, enum kdi_pass pass)
{
    int key[KDI_CONV_KEY];
    CHECK(kdi_conv_key(isa, c, pass, key));
    return kdi_conv_find(few, FEW, key);
}

TEST("every row is found, and nothing that is not there")
{
    for (int i = 0; i < FEW; i++)
        CHECK(kdi_conv_find(few, FEW, few[i].key) == &few[i]);
    for (int i = 0; i < FEW; i++)
        for (int column = 0; column < KDI_CONV_KEY; column++)
            for (int by = -1; by <= 1; by += 2) {
                int key[KDI_CONV_KEY];
                memcpy(key, few[i].key, sizeof key);
                key[column] += by;
                const kdi_conv_row *found = kdi_conv_find(few, FEW, key);
                CHECK(!found || kdi_conv_compare(found->key, key) == 0);
                CHECK(found != &few[i]);
            }
    CHECK(kdi_conv_find(few, 0, few[0].key) == NULL);
}

TEST("a choice depends on instruction set, pass and every size, but not on the batch")
{
    kdi_conv c = conv_of(few[1].key);
    CHECK_INT(look_up(KDI_ISA_AVX2, &c, KDI_FORWARD)->kernel, KDI_CONV_ONEDNN);
    CHECK_INT(look_up(KDI_ISA_AVX512, &c, KDI_FORWARD)->kernel, KDI_CONV_WINOGRAD);
    CHECK_INT(look_up(KDI_ISA_AVX2, &c, KDI_BACKWARD_DATA)->kernel, KDI_CONV_WINOGRAD);
    CHECK(look_up(KDI_ISA_AVX2, &c, KDI_BACKWARD_WEIGHT) == NULL);
    c.n = 1;
    CHECK(look_up(KDI_ISA_AVX2, &c, KDI_FORWARD) == &few[1]);
    c.w = 9;
    CHECK(look_up(KDI_ISA_AVX2, &c, KDI_FORWARD) == NULL);
}

TEST("kernels that are not square, and sizes past an int, have no key")
{
    int key[KDI_CONV_KEY];
    kdi_conv c = conv_of(few[1].key);
    c.kw = 1;
    CHECK(!kdi_conv_key(KDI_ISA_AVX2, &c, KDI_FORWARD, key));
    c = conv_of(few[1].key);
    c.ic = (int64_t)INT32_MAX + 17;
    CHECK(!kdi_conv_key(KDI_ISA_AVX2, &c, KDI_FORWARD, key));
    CHECK_INT(kdi_conv_choose(&c, KDI_FORWARD), kdi_conv_default(&c, KDI_FORWARD));
}

TEST("the committed table rises: no row twice, and each is found")
{
    CHECK(kdi_conv_nrows > 0);
    for (int i = 0; i < kdi_conv_nrows; i++) {
        CHECK(i == 0 || kdi_conv_compare(kdi_conv_rows[i - 1].key, kdi_conv_rows[i].key) < 0);
        CHECK(kdi_conv_find(kdi_conv_rows, kdi_conv_nrows, kdi_conv_rows[i].key) ==
              &kdi_conv_rows[i]);
    }
}

/* which instruction sets this machine can be asked about: the best, and those below it */
static bool set_level(int isa)
{
    kdi_simd_limit(isa);
    return kdi_simd_level() == isa;
}

TEST("each row of the committed table names a kernel that takes its sizes, and is obeyed")
{
    int tried = 0, others = 0;
    for (int i = 0; i < kdi_conv_nrows; i++) {
        const kdi_conv_row *row = &kdi_conv_rows[i];
        kdi_conv c = conv_of(row->key);
        enum kdi_pass pass = (enum kdi_pass)row->key[1];
        CHECK(pass <= KDI_BACKWARD_WEIGHT);
        if (!set_level(row->key[0]))
            continue;
        if (!kdi_conv_fits(row->kernel, &c))
            fail_msg("row %d: %s does not take %dx%d, %d -> %d channels", i,
                     kdi_conv_name(row->kernel), row->key[6], row->key[7], row->key[8],
                     row->key[9]);
        CHECK_INT(kdi_conv_choose(&c, pass), row->kernel);
        others += row->kernel != kdi_conv_default(&c, pass);
        tried++;
    }
    kdi_simd_limit(KDI_ISA_AVX512);
    if (kdi_simd_level() == 0)
        skip(); /* KD_SIMD=off, or a machine without AVX2 */
    CHECK(tried > 100);
    CHECK(others > 0); /* or nobody would know that the table is read */
}

TEST("sizes without a row go by the rule, and no kernel of our own is chosen below AVX2")
{
    kdi_conv c = conv_of(few[1].key);
    c.h = 1001;
    c.oh = 1001;
    CHECK_INT(kdi_conv_choose(&c, KDI_FORWARD), kdi_conv_default(&c, KDI_FORWARD));
    if (kdi_simd_level() > 0)
        CHECK_INT(kdi_conv_choose(&c, KDI_FORWARD), KDI_CONV_WINOGRAD);
    kdi_simd_limit(0);
    CHECK_INT(kdi_conv_choose(&c, KDI_FORWARD), KDI_CONV_ONEDNN);
    c = conv_of(kdi_conv_rows[0].key);
    CHECK_INT(kdi_conv_choose(&c, (enum kdi_pass)kdi_conv_rows[0].key[1]), KDI_CONV_ONEDNN);
    kdi_simd_limit(KDI_ISA_AVX512);
}

TEST_MAIN
