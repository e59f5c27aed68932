/* What single methods promise beyond their reference vectors, on values checked by hand. */
#include "check/bare.h"
#include "test.h"
#include "train/registry.h"

#ifdef KD_DOUBLE
static const double NEAR = 1e-10;
#else
static const double NEAR = 2e-6;
#endif

static kdi_arena *arena;

static kdi_bare *bare(const char *name)
{
    const kd_method *m;
    if (!arena) {
        arena = kdi_arena_new("test");
        CHECK_INT(kdi_registry_open(), KD_OK);
    }
    kd_error_clear();
    CHECK_INT(kdi_method_find(name, &m), KD_OK);
    return kdi_bare_new(m, 7);
}

/* a leaf whose elements are scale * sin(seed + i) */
static kd_tensor *wavy(kdi_bare *b, enum kdi_side side, int i, const char *what, kd_shape s,
                       double seed, double scale)
{
    kd_tensor *x = kdi_bare_leaf(b, side, i, what, s);
    for (int64_t k = 0; k < kd_numel(x); k++)
        kd_reals(x)[k] = (kd_real)(scale * sin(seed + 1.7 * (double)k));
    return x;
}

static kd_value *option(const char *name, double value)
{
    kd_value *map = kd_map(arena);
    kd_set_number(map, name, value);
    return map;
}

static double term(const kdi_bare *b, const char *name)
{
    const kdi_term *t = kdi_step_term(&b->step, name);
    CHECK(t);
    return t->value;
}

static kd_shape rows(int64_t n, int64_t c)
{
    return KD_SHAPE(n, c);
}

/* KL(softmax(t) || softmax(s)) of one row, by the book */
static double kl(const kd_real *s, const kd_real *t, int64_t n)
{
    double zs = 0, zt = 0, sum = 0;
    for (int64_t i = 0; i < n; i++) {
        zs += exp((double)s[i]);
        zt += exp((double)t[i]);
    }
    for (int64_t i = 0; i < n; i++)
        sum += exp((double)t[i]) / zt * ((double)t[i] - log(zt) - (double)s[i] + log(zs));
    return sum;
}

TEST("dml: each of three peers learns from the mean of the other two")
{
    kdi_bare *b = bare("dml");
    kd_tensor *z[3];
    double want = 0;
    for (int i = 0; i < 3; i++)
        z[i] = wavy(b, KDI_STUDENT, i, "logits", rows(1, 5), i, 1.5);
    CHECK_INT(kdi_bare_setup(b, NULL), KD_OK);
    CHECK_INT(kdi_bare_loss(b, NULL), KD_OK);
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++)
            want += i == j ? 0 : kl(kd_reals(z[i]), kd_reals(z[j]), 5) / 2;
    CHECK_NEAR(term(b, "mutual"), want, NEAR);
    kdi_bare_free(b);
}

static double dkd_term(int epoch, double warmup, double scale, const char *name)
{
    kdi_bare *b = bare("dkd");
    wavy(b, KDI_STUDENT, 0, "logits", rows(3, 6), 0, scale);
    wavy(b, KDI_TEACHER, 0, "logits", rows(3, 6), 2, scale);
    b->step.pub.epoch = epoch;
    b->step.pub.nepochs = 8;
    CHECK_INT(kdi_bare_setup(b, option("warmup", warmup)), KD_OK);
    CHECK_INT(kdi_bare_loss(b, NULL), KD_OK);
    double value = term(b, name);
    kdi_bare_free(b);
    return value;
}

TEST("dkd: both weights rise linearly over the warm-up's share of the run and stay there")
{
    double full = dkd_term(0, 0, 1, "tckd");
    CHECK(full > 0);
    CHECK_NEAR(dkd_term(0, 0.5, 1, "tckd") / full, 0.25, NEAR);
    CHECK_NEAR(dkd_term(2, 0.5, 1, "tckd") / full, 0.75, NEAR);
    CHECK_NEAR(dkd_term(3, 0.5, 1, "tckd") / full, 1, NEAR);
    CHECK_NEAR(dkd_term(7, 0.5, 1, "tckd") / full, 1, NEAR);
    CHECK_NEAR(dkd_term(0, 0.5, 1, "nckd") / dkd_term(0, 0, 1, "nckd"), 0.25, NEAR);
}

TEST("dkd: finite for logits that no softmax could take apart")
{
    CHECK(isfinite(dkd_term(0, 0, 1e4, "tckd")));
    CHECK(isfinite(dkd_term(0, 0, 1e4, "nckd")));
}

/* heights of the student's and the teacher's map; the regressor's output must fit the teacher */
static double hint_of(int64_t hs, int64_t ht, const char **kernel)
{
    kdi_bare *b = bare("fitnet");
    double value;
    b->pair_all = true;
    wavy(b, KDI_STUDENT, 0, "stage1", KD_SHAPE(2, hs, hs, 3), 0, 1);
    wavy(b, KDI_TEACHER, 0, "stage1", KD_SHAPE(2, ht, ht, 4), 1, 1);
    CHECK_INT(kdi_bare_setup(b, NULL), KD_OK);
    CHECK_INT(kdi_bare_run(b, "hint", KDI_DISTIL, &value), KD_OK);
    *kernel = kdi_format(arena, "%s", kd_shape_text(kd_shape_of(kdi_bare_find(b, "conv.weight"))));
    CHECK(kdi_bare_grad(kdi_bare_find(b, "conv.weight")));
    CHECK(kdi_bare_grad(kdi_bare_find(b, "student0.stage1")));
    kdi_bare_free(b);
    return value;
}

TEST("fitnet: the regressor's kernel follows from the two heights, whatever they are")
{
    static const struct {
        int64_t hs, ht;
        const char *kernel;
    } row[] = {
        { 8, 8, "4x1x1x3" }, { 8, 4, "4x3x3x3" }, { 4, 8, "3x4x4x4" }, { 7, 4, "4x4x4x3" },
        { 2, 1, "4x3x3x3" }, { 1, 2, "3x4x4x4" }, { 3, 8, "4x1x1x3" }, { 1, 1, "4x1x1x3" }
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        const char *kernel;
        CHECK(isfinite(hint_of(row[i].hs, row[i].ht, &kernel)));
        CHECK_TEXT(kernel, row[i].kernel);
    }
}

/* attention of two places that both see 1: (1,1)/sqrt 2; of places that see 1 and 0: (1,0) */
static double at_of(const char *variant)
{
    kdi_bare *b = bare("at");
    kd_tensor *s = kdi_bare_leaf(b, KDI_STUDENT, 0, "stage1", KD_SHAPE(1, 1, 2, 2));
    kd_tensor *t = kdi_bare_leaf(b, KDI_TEACHER, 0, "stage1", KD_SHAPE(1, 1, 2, 1));
    kd_value *options = option("beta", 1);
    kd_set_text(options, "variant", variant);
    for (int i = 0; i < 4; i++)
        kd_reals(s)[i] = 1;
    kd_reals(t)[0] = 3;
    CHECK_INT(kdi_bare_setup(b, options), KD_OK);
    CHECK_INT(kdi_bare_loss(b, NULL), KD_OK);
    double value = term(b, "at");
    kdi_bare_free(b);
    return value;
}

TEST("at: the code's variant is the mean square, the paper's half the norm of the difference")
{
    double square = (1 - sqrt(0.5)) * (1 - sqrt(0.5)) + 0.5;
    CHECK_NEAR(at_of("authors_code"), square / 2, NEAR);
    CHECK_NEAR(at_of("paper"), sqrt(square) / 2, NEAR);
}

TEST("rkd, pkt: a batch of one sample has no relations, and they say so")
{
    static const char *const name[] = { "rkd", "pkt" };
    for (int i = 0; i < 2; i++) {
        kdi_bare *b = bare(name[i]);
        wavy(b, KDI_STUDENT, 0, "pooled", rows(1, 4), 0, 1);
        wavy(b, KDI_TEACHER, 0, "pooled", rows(1, 4), 1, 1);
        CHECK_INT(kdi_bare_setup(b, NULL), KD_OK);
        CHECK(kdi_bare_loss(b, NULL) != KD_OK);
        CHECK_HAS(kd_error_message(), "two samples");
        kdi_bare_free(b);
    }
}

TEST("tfkd: mode self without a teacher says what it needs")
{
    kdi_bare *b = bare("tfkd");
    kd_value *options = kd_map(arena);
    kd_set_text(options, "mode", "self");
    wavy(b, KDI_STUDENT, 0, "logits", rows(2, 4), 0, 1);
    CHECK_INT(kdi_bare_setup(b, options), KD_OK);
    CHECK(kdi_bare_loss(b, NULL) != KD_OK);
    CHECK_HAS(kd_error_message(), "mode = reg");
    kdi_bare_free(b);
}

TEST("tfkd: the virtual teacher of one class in ten with T = 1 is softmax of 0.99 and the rest")
{
    kdi_bare *b = bare("tfkd");
    kd_tensor *z = wavy(b, KDI_STUDENT, 0, "logits", rows(1, 10), 0, 1);
    kd_real u[10];
    for (int i = 0; i < 10; i++)
        u[i] = (kd_real)(i == 0 ? 0.99 : 0.01 / 9);
    CHECK_INT(kdi_bare_setup(b, option("T", 1)), KD_OK);
    CHECK_INT(kdi_bare_loss(b, NULL), KD_OK);
    CHECK_NEAR(term(b, "kd"), 0.1 * 100 / 10 * kl(kd_reals(z), u, 10), NEAR);
    kdi_bare_free(b);
}

TEST("pskd: before a sample was seen its target is its label, afterwards what the student said")
{
    kdi_bare *b = bare("pskd");
    kdi_bare_training_set(b, 12, 5);
    kd_tensor *z = wavy(b, KDI_STUDENT, 0, "logits", rows(2, 5), 0, 1);
    int64_t index[] = { 7, 3 }, label[] = { 7 % 5, 3 % 5 };
    kdi_bare_index(b, 2, index);
    kdi_bare_labels(b, 2, label);
    b->step.pub.nepochs = 1; /* alpha is 0.8 at once */
    CHECK_INT(kdi_bare_setup(b, NULL), KD_OK);
    CHECK_INT(kdi_bare_loss(b, NULL), KD_OK);
    CHECK_NEAR(term(b, "past") / 0.8, term(b, "ce") / 0.2, NEAR);
    CHECK_INT(kdi_bare_after(b), KD_OK);
    double sum = 0;
    for (int i = 0; i < 5; i++)
        sum += exp((double)kd_reals(z)[i]);
    CHECK_NEAR(kd_reals(kdi_bare_find(b, "past"))[7 * 5 + 2], exp((double)kd_reals(z)[2]) / sum,
               NEAR);
    CHECK_NEAR(kd_reals(kdi_bare_find(b, "past"))[4 * 5 + 4], 1, 0); /* never seen: its label */
    kdi_bare_free(b);
}

TEST("crd: the first batch sets both divisors, later ones leave them; banks keep unit rows")
{
    kdi_bare *b = bare("crd");
    double value;
    kd_value *options = option("nce_k", 9);
    kd_set_int(options, "feat_dim", 6);
    kd_tensor *f = wavy(b, KDI_STUDENT, 0, "pooled", rows(4, 5), 0, 1);
    wavy(b, KDI_TEACHER, 0, "pooled", rows(4, 3), 1, 1);
    CHECK_INT(kdi_bare_setup(b, options), KD_OK);
    const kd_real *Z = kd_reals(kdi_bare_find(b, "Z"));
    CHECK(Z[0] < 0 && Z[1] < 0);
    CHECK_INT(kdi_bare_run(b, NULL, KDI_DISTIL, &value), KD_OK);
    CHECK_INT(kdi_bare_after(b), KD_OK);
    kd_real first = Z[0];
    CHECK(first > 0 && Z[1] > 0 && value > 0);
    kd_reals(f)[0] += 1;
    b->step.pub.step++;
    CHECK_INT(kdi_bare_run(b, NULL, KDI_DISTIL, &value), KD_OK);
    CHECK_NEAR(Z[0], first, 0);
    double length = 0;
    for (int i = 0; i < 6; i++)
        length += pow((double)kd_reals(kdi_bare_find(b, "bank_t"))[2 * 6 + i], 2);
    CHECK_NEAR(length, 1, NEAR);
    kdi_bare_free(b);
}

TEST("crd: every parameter of both embeddings gets a gradient")
{
    static const char *const path[] = { "embed_s.linear.weight", "embed_s.linear.bias",
                                        "embed_t.linear.weight", "embed_t.linear.bias" };
    kdi_bare *b = bare("crd");
    double value;
    wavy(b, KDI_STUDENT, 0, "pooled", rows(4, 5), 0, 1);
    wavy(b, KDI_TEACHER, 0, "pooled", rows(4, 3), 1, 1);
    CHECK_INT(kdi_bare_setup(b, option("nce_k", 9)), KD_OK);
    CHECK_INT(kdi_bare_run(b, NULL, KDI_DISTIL, &value), KD_OK);
    for (int i = 0; i < 4; i++)
        CHECK(kdi_bare_grad(kdi_bare_find(b, path[i])));
    kdi_bare_free(b);
}

/* all samples alike, all activations zero, one logit above all others: finite, also the gradients
 */
TEST("every method stays finite where features are all zero or alike and logits are one-hot")
{
    static const char *const name[] = { "none", "kd",  "dkd", "fitnet", "at",  "sp",
                                        "rkd",  "pkt", "crd", "tfkd",   "pskd" };
    for (size_t m = 0; m < sizeof name / sizeof *name; m++)
        for (int side = 0; side < 2; side++) {
            kdi_bare *b = bare(name[m]);
            for (int i = 0; i < 2; i++) {
                double scale = i == side ? 0 : 1;
                kd_tensor *z = wavy(b, (enum kdi_side)i, 0, "logits", rows(3, 10), i, 1);
                kd_reals(z)[4] = 500;
                wavy(b, (enum kdi_side)i, 0, "stem", KD_SHAPE(3, 4, 4, 2), i, scale);
                wavy(b, (enum kdi_side)i, 0, "stage1", KD_SHAPE(3, 4, 4, 2), i, scale);
                wavy(b, (enum kdi_side)i, 0, "stage2", KD_SHAPE(3, 4, 4, 3), i, scale);
                wavy(b, (enum kdi_side)i, 0, "pooled", rows(3, 4), i, scale);
            }
            double value;
            CHECK_INT(kdi_bare_setup(b, strcmp(name[m], "crd") ? NULL : option("nce_k", 5)), KD_OK);
            CHECK_INT(kdi_bare_run(b, NULL, KDI_DISTIL | KDI_LABEL, &value), KD_OK);
            CHECK(isfinite(value));
            static const char *const leaf[] = { "logits", "stage1", "stage2", "pooled" };
            for (int k = 0; k < 4; k++) {
                kd_tensor *x = kdi_bare_find(b, kdi_format(arena, "student0.%s", leaf[k]));
                const kd_real *g = kdi_bare_grad(x);
                for (int64_t i = 0; g && i < kd_numel(x); i++)
                    CHECK(isfinite(g[i]));
            }
            kdi_bare_free(b);
        }
}

TEST_MAIN
