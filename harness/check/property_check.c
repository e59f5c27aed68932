/* Point 5: what the descriptor claims of the distilling terms holds, in every phase and variant. A
 * claim that would hold and is not made is a remark. And what is true of every label term: it is
 * not negative, and falls when the right class gains. */
#include "check/scene.h"
#include "check/settings.h"
#include "check/verdict.h"
#include "check/world.h"

#include <math.h>
#include <string.h>

/* Two values count as the same within this share of the value at random inputs. Losses whose parts
 * cancel lose digits: a few hundred roundings of float, far less of double. */
#ifdef KD_DOUBLE
static const double SAME = 1e-11;
#else
static const double SAME = 1e-4;
#endif
enum { DRAWS = 4 };

typedef struct task {
    const kd_method *m;
    const kdi_scene *scene;
    const kdi_setting *setting;
    const char *phase;
    kdi_verdict *v;
} task;

/* ---- changes to a bare step ------------------------------------------------------------- */

/* every leaf of every network becomes what the first student's leaf of that name is */
static int equalise(kd_tensor *x, const char *path, const char *unused, void *user)
{
    kdi_bare *b = user;
    char from[128] = "student0";
    const char *rest = strchr(path, '.');
    (void)unused;
    strncat(from, rest, sizeof from - strlen(from) - 1);
    kd_tensor *first = kdi_scope_find(b->leaves, from);
    if (first && kd_numel(first) == kd_numel(x))
        memcpy(x->data, first->data, (size_t)kd_numel(x) * sizeof(kd_real));
    return KD_OK;
}

/* a constant to each row of logits, another one a row and network */
static int shift(kd_tensor *x, const char *path, const char *unused, void *user)
{
    (void)unused;
    size_t n = strlen(path);
    int64_t c = kd_channels(x);
    if (n < 6 || strcmp(path + n - 6, "logits") != 0)
        return KD_OK;
    for (int64_t i = 0, rows = kd_rows(x); i < rows; i++) {
        kd_real by = (kd_real)(2 * kdi_normal(user));
        for (int64_t k = 0; k < c; k++)
            kdi_r(x)[i * c + k] += by;
    }
    return KD_OK;
}

/* the batch turned round: sample i becomes sample n-1-i */
static void reverse_rows(void *data, int64_t n, size_t row)
{
    char spare[64];
    for (int64_t i = 0; i < n / 2; i++) {
        char *a = (char *)data + (size_t)i * row, *b = (char *)data + (size_t)(n - 1 - i) * row;
        for (size_t at = 0; at < row; at += sizeof spare) {
            size_t part = row - at < sizeof spare ? row - at : sizeof spare;
            memcpy(spare, a + at, part);
            memcpy(a + at, b + at, part);
            memcpy(b + at, spare, part);
        }
    }
}

static void reverse_tensor(kd_tensor *x)
{
    int64_t n = kd_dim(x, 0);
    reverse_rows(x->data, n, (size_t)(kd_numel(x) / n) * kdi_dtype_size(x->type));
}

static int reverse_leaf(kd_tensor *x, const char *path, const char *unused, void *user)
{
    (void)path;
    (void)unused;
    (void)user;
    reverse_tensor(x);
    return KD_OK;
}

static void reverse_batch(kdi_bare *b)
{
    kdi_scope_each(b->leaves, reverse_leaf, NULL);
    reverse_tensor(b->step.pub.label);
    reverse_tensor(b->step.pub.index);
    reverse_tensor(b->step.pub.input);
    if (b->step.pub.mask)
        reverse_tensor(b->step.pub.mask);
    if (b->step.pub.input2)
        reverse_tensor(b->step.pub.input2);
}

/* ---- one claim each: how far from holding? 0 is exactly -------------------------------------- */

static int value_of(task *t, kdi_bare *b, double *value)
{
    return kdi_bare_value(b, t->phase, KDI_DISTIL, value);
}

static int when_equal(task *t, kdi_bare *b, double *off)
{
    double random, equal;
    KD_TRY(value_of(t, b, &random));
    kdi_scope_each(b->leaves, equalise, b);
    KD_TRY(value_of(t, b, &equal));
    *off = fabs(equal) / (fabs(random) > 0 ? fabs(random) : 1);
    return KD_OK;
}

static int below_zero(task *t, kdi_bare *b, double *off)
{
    double size = 0, least = 0;
    for (uint64_t i = 0; i < DRAWS; i++) {
        double value;
        kdi_scene_fill(b, t->scene, 10 + i);
        KD_TRY(value_of(t, b, &value));
        size = fmax(size, fabs(value));
        least = fmin(least, value);
    }
    *off = -least / (size > 0 ? size : 1);
    return KD_OK;
}

static int after_shift(task *t, kdi_bare *b, double *off)
{
    double before, now;
    kd_rng rng = kdi_rng(7, KDI_STREAM_TEST, 4);
    KD_TRY(value_of(t, b, &before));
    kdi_scope_each(b->leaves, shift, &rng);
    KD_TRY(value_of(t, b, &now));
    *off = fabs(now - before) / (fabs(before) > 0 ? fabs(before) : 1);
    return KD_OK;
}

static int after_reorder(task *t, kdi_bare *b, double *off)
{
    double before, now;
    KD_TRY(value_of(t, b, &before));
    reverse_batch(b);
    KD_TRY(value_of(t, b, &now));
    *off = fabs(now - before) / (fabs(before) > 0 ? fabs(before) : 1);
    return KD_OK;
}

static const struct claim {
    enum kd_prop bit;
    const char *name;
    int (*off)(task *t, kdi_bare *b, double *off);
} claims[] = {
    { KD_PROP_ZERO_WHEN_EQUAL, "zero when student and teacher are equal", when_equal },
    { KD_PROP_NONNEGATIVE, "never negative", below_zero },
    { KD_PROP_SHIFT_LOGITS, "unchanged by a constant added to a row of logits", after_shift },
    { KD_PROP_PERMUTE_BATCH, "unchanged when the batch is reordered", after_reorder },
};
enum { CLAIMS = sizeof claims / sizeof claims[0] };

/* ---- all of them ---------------------------------------------------------------------------- */

static int measure(task *t, const struct claim *c, double *off)
{
    kdi_bare *b;
    KD_TRY(kdi_scene_open(&b, t->m, t->scene, t->setting->options, 3));
    int code = c->off(t, b, off);
    kdi_bare_free(b);
    return code;
}

/* the worst over variants and phases; negative when it could not be measured */
static double worst(task *t, const struct claim *c, kdi_settings variants, const char *const *phase)
{
    double most = 0;
    bool claimed = t->m->props & c->bit;
    for (int i = 0; i < variants.n; i++)
        for (int k = 0; phase[k]; k++) {
            double off = 0;
            t->setting = &variants.at[i];
            t->phase = phase[k];
            if (measure(t, c, &off) != KD_OK) {
                const char *why = kdi_taken_error(t->v);
                if (claimed)
                    kdi_fault(t->v, "%s (%s, phase %s): %s", c->name, t->setting->name, t->phase,
                              why);
                return -1;
            }
            if (claimed && !(off <= SAME))
                kdi_fault(t->v, "claims to be %s, is off by %.3g of its value (%s, phase %s)",
                          c->name, off, t->setting->name, t->phase);
            most = off <= most ? most : off;
        }
    return most;
}

/* ---- what every label term must be -------------------------------------------------------------
 */

/* each student's logit of the sample's own class, one more */
static int raise_label(kd_tensor *x, const char *path, const char *unused, void *user)
{
    const kd_step *s = user;
    size_t n = strlen(path);
    (void)unused;
    if (strncmp(path, "student", 7) != 0 || n < 7 || strcmp(path + n - 7, ".logits") != 0)
        return KD_OK;
    for (int64_t i = 0; i < kd_rows(x); i++)
        kdi_r(x)[i * kd_channels(x) + kd_i64s(s->label)[i]] += 1;
    return KD_OK;
}

static int labels_of_phase(task *t, kdi_bare *b)
{
    double before, after;
    KD_TRY(kdi_bare_value(b, t->phase, KDI_LABEL, &before));
    kdi_scope_each(b->leaves, raise_label, &b->step.pub);
    KD_TRY(kdi_bare_value(b, t->phase, KDI_LABEL, &after));
    if (before < 0)
        kdi_fault(t->v, "its label term is negative: %.3g (%s, phase %s)", before, t->setting->name,
                  t->phase);
    else if (after > before * (1 + SAME))
        kdi_fault(t->v,
                  "its label term grows from %.4g to %.4g when the logit of the right class grows "
                  "(%s, phase %s)",
                  before, after, t->setting->name, t->phase);
    return KD_OK;
}

static void check_labels(task *t, kdi_settings variants, const char *const *phase)
{
    for (int i = 0; i < variants.n; i++)
        for (int k = 0; phase[k]; k++) {
            kdi_bare *b;
            t->setting = &variants.at[i];
            t->phase = phase[k];
            if (kdi_scene_open(&b, t->m, t->scene, t->setting->options, 3) != KD_OK ||
                labels_of_phase(t, b) != KD_OK)
                kdi_remark(t->v, "labels (%s, phase %s): %s", t->setting->name, t->phase,
                           kdi_taken_error(t->v));
            kdi_bare_free(b);
        }
}

void kdi_point_property(const kd_method *m, kdi_verdict *v)
{
    task t = { .m = m, .v = v, .scene = kdi_world_of(m)->scenes };
    if (!kdi_runs_bare(m)) {
        if (m->props)
            kdi_fault(v, "it claims properties, but runs the whole step itself: nothing to test");
        return;
    }
    kdi_settings variants = kdi_variants(m, v->arena);
    const char *const *phase = kdi_phase_names(m, v->arena);
    check_labels(&t, variants, phase);
    for (int i = 0; i < CLAIMS; i++) {
        double off = worst(&t, &claims[i], variants, phase);
        if (!(m->props & claims[i].bit) && !m->baseline && off >= 0 && off <= SAME)
            kdi_remark(v, "also %s, which it does not claim", claims[i].name);
    }
}
