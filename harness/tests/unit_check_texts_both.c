/* Methods for texts: what networks say where there is no token makes no difference. And where
 * methods are checked, and how vectors give what these read. */
#include "check/reference.h"
#include "check/settings.h"
#include "check/toy.h"
#include "test.h"
#include "train/registry.h"

#include <math.h>
#include <string.h>

#ifdef KD_DOUBLE
static const double NEAR = 1e-12;
#else
static const double NEAR = 1e-5;
#endif

static kdi_arena *arena;

static const kd_method *method(const char *name)
{
    const kd_method *m;
    if (!arena) {
        arena = kdi_arena_new("test");
        CHECK_INT(kdi_registry_open(), KD_OK);
    }
    kd_error_clear();
    CHECK_INT(kdi_method_find(name, &m), KD_OK);
    return m;
}

static bool is_padding(const kd_tensor *mask, int64_t text, int64_t token)
{
    return kd_reals((kd_tensor *)mask)[text * kd_dim(mask, 1) + token] == 0;
}

/* N,L,C: rows of padding; N,heads,L,L: rows and columns of it */
static void change_padding(kd_tensor *x, const kd_tensor *mask, kd_real to)
{
    int64_t n = kd_dim(mask, 0), length = kd_dim(mask, 1);
    bool square = kd_ndim(x) == 4, rows = kd_ndim(x) == 3 && kd_dim(x, 1) == length;
    int64_t heads = square ? kd_dim(x, 1) : 1, wide = kd_channels(x), at = 0;
    for (int64_t i = 0; (square || rows) && i < n; i++)
        for (int64_t k = 0; k < heads * length; k++)
            for (int64_t c = 0; c < wide; c++, at++)
                if (is_padding(mask, i, k % length) || (square && is_padding(mask, i, c)))
                    kd_reals(x)[at] = to + (kd_real)(at % 7);
}

static double value_with(kdi_bare *b, const char *phase, kd_real padding)
{
    double value;
    for (int side = KDI_STUDENT; side <= KDI_TEACHER; side++) {
        const kd_view *v = &b->net[side][0].view;
        for (int i = 0; i < v->noutput; i++)
            change_padding(v->output[i].x, b->step.pub.mask, side ? padding : -padding);
    }
    CHECK_INT(kdi_bare_value(b, phase, KDI_DISTIL | KDI_LABEL, &value), KD_OK);
    return value;
}

static void check_padding(const kd_method *m, const kdi_setting *setting, const char *phase)
{
    kdi_bare *b;
    const kdi_scene *deeper = kdi_world_of(m)->scenes + 2;
    if (kdi_scene_open(&b, m, deeper, setting->options, 3) != KD_OK) {
        CHECK(kd_error_code() == KD_E_NOT_APPLICABLE);
        kd_error_clear();
        return;
    }
    CHECK(b->step.pub.mask);
    double one = value_with(b, phase, 3), other = value_with(b, phase, (kd_real)-0.5);
    if (fabs(one - other) > NEAR * fabs(one))
        fail_msg("%s, %s, phase %s: %.9g with other padding %.9g", m->name, setting->name, phase,
                 one, other);
    kdi_bare_free(b);
}

TEST("texts' padding makes no difference to methods for texts")
{
    static const char *const names[] = { "distilbert", "pkd",        "tinybert",
                                         "minilm",     "minilmv2",   "mobilebert",
                                         "lrc_bert",   "textbrewer", NULL };
    for (int i = 0; names[i]; i++) {
        const kd_method *m = method(names[i]);
        kdi_settings variants = kdi_variants(m, arena);
        const char *const *phase = kdi_phase_names(m, arena);
        for (int k = 0; k < variants.n; k++)
            for (int p = 0; phase[p]; p++)
                check_padding(m, &variants.at[k], phase[p]);
    }
}

TEST("a method is checked in the first world that it has a meaning in")
{
    static const struct {
        const char *method, *world;
    } expected[] = { { "at", "images, convolutional networks" },
                     { "minilm", "texts, transformers" },
                     { "vitkd", "images, vision transformers" } };
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        if (strcmp(kdi_world_of(method(expected[i].method))->name, expected[i].world) != 0)
            fail_msg("%s is checked in %s", expected[i].method,
                     kdi_world_of(method(expected[i].method))->name);
}

TEST("in every world the usual pair learns, and a scene's loss has a value")
{
    for (int kind = 0; kind < KD_NMEDIUM; kind++) {
        kd_method only = *method("at");
        only.media = 1u << kind;
        const kdi_world *w = kdi_world_of(&only);
        kdi_trainer *t;
        kdi_bare *b;
        double value;
        CHECK_INT(w->scenes->input ? w->scenes->input->kind : KD_IMAGE, kind);
        CHECK_INT(kdi_toy_open(&t, method("at"), &(kdi_toy){ .world = w }, arena), KD_OK);
        CHECK_INT(kdi_toy_train(t, 1), KD_OK);
        kdi_toy_close(t);
        for (const kdi_scene *s = w->scenes; s->name; s++) {
            CHECK_INT(kdi_scene_open(&b, method("kd"), s, NULL, 1), KD_OK);
            CHECK_INT(kdi_bare_run(b, NULL, KDI_DISTIL, &value), KD_OK);
            CHECK(value > 0);
            kdi_bare_free(b);
        }
    }
}

TEST("a slice of a reference is its members along axis 1, and keeps the rest of its shape")
{
    static float number[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 };
    method("pkd");
    kd_value *vector = kd_map(arena), *in = kd_map(arena), *x = kd_map(arena);
    kd_set(x, "data", kd_array(arena, KD_F32, KD_SHAPE(2, 3, 2), number));
    kd_set(in, "x", x);
    kd_set(vector, "in", in);
    kdi_reference r;
    CHECK_INT(kdi_reference_slices(vector, "in/x"), 3);
    CHECK(kdi_reference_has(vector, "in/x[:,1]", &r));
    CHECK(kd_shape_equal(r.data->shape, KD_SHAPE(2, 2)));
    CHECK_NEAR(kdi_reference_at(&r, 0), 2, 0);
    CHECK_NEAR(kdi_reference_at(&r, 3), 9, 0);
    CHECK(!kdi_reference_has(vector, "in/x[:,3]", &r));
    CHECK(!kdi_reference_has(vector, "in/x[:]", &r));
}

TEST("an output of a bare network is found by its name, and gets a gradient")
{
    double value;
    kdi_bare *b = kdi_bare_new(method("minilm"), 7);
    static const char *const name[] = { "query1", "key1", "value1" };
    kd_tensor *x[6];
    for (int i = 0; i < 6; i++) {
        x[i] = kdi_bare_output(b, i < 3 ? KDI_STUDENT : KDI_TEACHER, 0, name[i % 3],
                               KD_SHAPE(2, 3, 4));
        for (int64_t k = 0; k < kd_numel(x[i]); k++)
            kd_reals(x[i])[k] = (kd_real)sin(i + 1.7 * (double)k);
    }
    kd_value *options = kd_map(arena);
    kd_set_int(options, "heads", 2);
    CHECK_INT(kdi_bare_setup(b, options), KD_OK);
    CHECK(kd_view_get(&b->step.pub.student[0], "key1") == x[1]);
    CHECK_INT(kdi_bare_run(b, NULL, KDI_DISTIL, &value), KD_OK);
    CHECK(value > 0);
    for (int i = 0; i < 6; i++)
        CHECK((kdi_bare_grad(x[i]) != NULL) == (i < 3));
    kdi_bare_free(b);
}

TEST_MAIN
