/* The check against reference vectors sees what is wrong: in a plugin, in a map. */
#include "check/golden_check.h"
#include "base/value.h"
#include "test.h"
#include "train/registry.h"

static kdi_arena *arena;

static const kdi_call *call_named(const char *name)
{
    for (const kdi_call *c = kdi_golden_calls; c->name; c++)
        if (strcmp(c->name, name) == 0)
            return c;
    return NULL;
}

/* key, text, key, text, ..., NULL */
static kd_value *texts(const char *key, ...)
{
    kd_value *map = kd_map(arena);
    va_list ap;
    va_start(ap, key);
    for (; key; key = va_arg(ap, const char *))
        kd_set_text(map, key, va_arg(ap, const char *));
    va_end(ap);
    return map;
}

/* the map of group kd at case T4, as methods/kd/golden.lua gives it */
static kd_value *kd_case_map(double T)
{
    kd_value *map = kd_map(arena), *options = kd_map(arena);
    kd_set_number(options, "T", T);
    kd_set_number(options, "kd", 1);
    kd_set(map, "options", options);
    kd_set(map, "student", texts("logits", "in/logits_s", NULL));
    kd_set(map, "teacher", texts("logits", "in/logits_t", NULL));
    return map;
}

static kd_value *hint_map(void)
{
    kd_value *map = kd_map(arena), *options = kd_map(arena);
    kd_set_number(options, "hint", 1);
    kd_set(map, "options", options);
    kd_set_text(map, "phase", "hint");
    kd_set(map, "student", texts("taps", "in/feat_s", NULL));
    kd_set(map, "teacher", texts("taps", "in/feat_t", NULL));
    return map;
}

/* the report; NULL after an error */
static kd_value *run(const char *method, const char *folder, const char *group, const char *name,
                     kd_value *map)
{
    kd_value *spec = texts("method", method, "group", group, "case", name, NULL);
    kd_set_text(spec, "path", kdi_format(arena, KDI_SOURCE "/methods/%s/golden.h5", folder));
    kd_set(spec, "map", map);
    kd_value *args = kd_list(arena), *report = NULL;
    kd_push(args, spec);
    kd_error_clear();
    return call_named("golden_run")->run(args, arena, &report) == KD_OK ? report : NULL;
}

static kd_value *run_kd(const char *method, kd_value *map)
{
    return run(method, "kd", "kd", "T4", map);
}

static bool loss_ok(const kd_value *report)
{
    return kd_get_bool(kd_get(report, "loss"), "ok", false);
}

static bool all_tensors_ok(const kd_value *report)
{
    const kd_value *list = kd_get(report, "tensors");
    for (int64_t i = 0; list && i < list->n; i++)
        if (!kd_get_bool(list->item[i], "ok", false))
            return false;
    return list && list->n > 0;
}

/* some sentence of the report's list has this in it */
static bool says(const kd_value *report, const char *list, const char *part)
{
    const kd_value *all = kd_get(report, list);
    for (int64_t i = 0; all && i < all->n; i++)
        if (strstr(all->item[i]->text, part))
            return true;
    return false;
}

/* ---- plugins that are wrong ------------------------------------------------------- */

typedef struct broken {
    kd_real T;
    kd_real kd;
} broken;

static const kd_option broken_options[] = {
    KD_REAL(broken, T, 4, 0.1, 100, "temperature"),
    KD_REAL(broken, kd, 1, 0, 10, "weight"),
    { 0 },
};

static void swapped(kd_step *s, void *self)
{
    broken *o = self;
    kd_tensor *zs = s->student->logits, *zt = s->teacher->logits;
    kd_term(s, "kd", o->T * o->T, kd_kl_logits(zt, zs, o->T));
}

static void without_T2(kd_step *s, void *self)
{
    broken *o = self;
    kd_term(s, "kd", 1, kd_kl_logits(s->student->logits, s->teacher->logits, o->T));
}

static void wrong_sign(kd_step *s, void *self)
{
    broken *o = self;
    kd_term(s, "kd", -o->T * o->T, kd_kl_logits(s->student->logits, s->teacher->logits, o->T));
}

/* the value is right, half of the gradient is not */
static void half_detached(kd_step *s, void *self)
{
    broken *o = self;
    kd_tensor *zs = s->student->logits, *zt = s->teacher->logits;
    kd_term(s, "kd", o->T * o->T / 2, kd_kl_logits(zs, zt, o->T));
    kd_term(s, "kd", o->T * o->T / 2, kd_kl_logits(kd_detach(zs), zt, o->T));
}

#define BROKEN(f)                                                                                  \
    static const kd_method f##_method = { .abi = KD_ABI,                                           \
                                          .size = sizeof(kd_method),                               \
                                          .name = "broken_" #f,                                    \
                                          .self_size = sizeof(broken),                             \
                                          .options = broken_options,                               \
                                          .loss = f }
BROKEN(swapped);
BROKEN(without_T2);
BROKEN(wrong_sign);
BROKEN(half_detached);

static void setup_once(void)
{
    if (arena)
        return;
    arena = kdi_arena_new("test");
    CHECK_INT(kdi_registry_open(), KD_OK);
    CHECK_INT(kdi_registry_add(&swapped_method, "test"), KD_OK);
    CHECK_INT(kdi_registry_add(&without_T2_method, "test"), KD_OK);
    CHECK_INT(kdi_registry_add(&wrong_sign_method, "test"), KD_OK);
    CHECK_INT(kdi_registry_add(&half_detached_method, "test"), KD_OK);
}

TEST("a right plugin with a right map agrees")
{
    setup_once();
    kd_value *report = run_kd("kd", kd_case_map(4));
    CHECK(report && kd_get_bool(report, "ok", false));
    CHECK(loss_ok(report) && all_tensors_ok(report));
}

TEST("another temperature than the vector's is seen in the loss and in the gradient")
{
    setup_once();
    kd_value *report = run_kd("kd", kd_case_map(4.1));
    CHECK(report && !kd_get_bool(report, "ok", true));
    CHECK(!loss_ok(report) && !all_tensors_ok(report));
}

TEST("swapped arguments of KL, a missing T squared and a wrong sign are seen")
{
    static const char *const name[] = { "broken_swapped", "broken_without_T2",
                                        "broken_wrong_sign" };
    setup_once();
    for (int i = 0; i < 3; i++) {
        kd_value *report = run_kd(name[i], kd_case_map(4));
        CHECK(report && !loss_ok(report));
        CHECK(!kd_get_bool(report, "ok", true));
    }
}

TEST("a detached term is seen although the loss is right")
{
    setup_once();
    kd_value *report = run_kd("broken_half_detached", kd_case_map(4));
    CHECK(report && loss_ok(report));
    CHECK(!all_tensors_ok(report) && !kd_get_bool(report, "ok", true));
}

TEST("an input that the map forgets fails the case and is named")
{
    setup_once();
    kd_value *map = hint_map();
    kd_set(map, "ignore", texts("in/feat_s", "", NULL));
    kd_set(map, "student", texts("taps", "in/feat_t", NULL));
    kd_set(map, "options", texts("regressor", "none", NULL));
    kd_value *report = run("fitnet", "fitnet", "fitnet", "same_size", map);
    CHECK(report && !kd_get_bool(report, "ok", true));
    CHECK(says(report, "missing", "in/feat_s is not used"));
    CHECK(says(report, "missing", "param/conv.weight is not used"));
}

TEST("a parameter of the plugin without a value fails the case and is named")
{
    setup_once();
    kd_value *map = hint_map();
    kd_set(map, "params", texts("conv.weight", "param/nothing", "*", "param/*", NULL));
    kd_value *report = run("fitnet", "fitnet", "fitnet", "same_size", map);
    CHECK(report && !kd_get_bool(report, "ok", true));
    CHECK(says(report, "missing", "parameter conv.weight"));
    CHECK(says(report, "missing", "grad/conv.weight"));
}

TEST("what is left out with a reason is reported and does not fail the case")
{
    setup_once();
    kd_value *map = kd_case_map(4);
    kd_set(map, "ignore", texts("grad/logits_s", "to try it", NULL));
    kd_value *report = run_kd("kd", map);
    CHECK(report && kd_get_bool(report, "ok", false));
    CHECK(!says(report, "ignored", "logits_s")); /* it could be compared, so it was */

    map = hint_map();
    kd_set(map, "params", texts("bn.*", "param/bn.*", "conv.bias", "param/conv.bias", NULL));
    report = run("fitnet", "fitnet", "fitnet", "same_size", map);
    CHECK(report && kd_get_bool(report, "ok", false)); /* conv.weight by its own name */
}

TEST("a map that names no teacher, no such tensor, no such term or option is an error, not a crash")
{
    setup_once();
    kd_value *map = kd_case_map(4);
    kd_set(map, "teacher", kd_nil(arena));
    CHECK(!run_kd("kd", map));
    CHECK_HAS(kd_error_message(), "teachers");

    map = kd_case_map(4);
    kd_set(map, "teacher", texts("logits", "in/nothing", NULL));
    CHECK(!run_kd("kd", map));
    CHECK_HAS(kd_error_message(), "in/nothing");

    map = kd_case_map(4);
    kd_value *terms = kd_list(arena);
    kd_push(terms, kd_string(arena, "nothing"));
    kd_set(map, "terms", terms);
    CHECK(!run_kd("kd", map));
    CHECK_HAS(kd_error_message(), "nothing");

    CHECK(!run_kd("kd", kd_case_map(1e6)));
    CHECK_HAS(kd_error_message(), "T");
}

TEST("shapes of a case come without its numbers")
{
    setup_once();
    kd_value *args = kd_list(arena), *shapes = NULL;
    kd_push(args, kd_string(arena, KDI_SOURCE "/methods/sp/golden.h5"));
    kd_push(args, kd_string(arena, "sp"));
    kd_push(args, kd_string(arena, "two_layers"));
    CHECK_INT(call_named("golden_shapes")->run(args, arena, &shapes), KD_OK);
    const kd_value *list = kd_get(kd_get(shapes, "in"), "feat_s");
    CHECK(list && list->kind == KD_V_LIST && list->n == 2);
    CHECK_INT(kd_get(list->item[1], "shape")->item[1]->integer, 8);
    CHECK(!kd_get(list->item[1], "data"));
}

TEST_MAIN
