/* Whole networks against reference outputs, in the float and the double build; and that the check
 * sees it when they differ. */
#include "check/models_check.h"
#include "engine/simd.h"
#include "store/store.h"
#include "tests/test.h"

#include <stdlib.h>
#include <unistd.h>

static const char reference[] = KDI_SOURCE "/harness/models/golden.h5";

static const kd_value *find_row(const kd_value *report, const char *group)
{
    const kd_value *rows = kd_get(report, "groups");
    for (int64_t i = 0; i < rows->n; i++)
        if (strcmp(kd_get_text(rows->item[i], "group", ""), group) == 0)
            return rows->item[i];
    return NULL;
}

static double tolerance(const kd_value *report, int mode)
{
    const kd_value *modes = kd_get(find_row(report, "MobileNetV2"), "modes");
    return kd_get_number(kd_get(modes->item[mode], "outputs"), "tolerance", 0);
}

/* the bounds are part of what is promised: 1e-4 of every output where sums are direct */
static void check_bounds(const kd_value *report, bool plain)
{
    bool exact = sizeof(kd_real) == 8;
    for (int mode = 0; mode < 3; mode++) {
        double want = mode == 1 && !plain ? 1e-3 : 1e-4;
        CHECK_NEAR(tolerance(report, mode), exact ? 1e-9 : want, 1e-12);
    }
}

static void check_agreement(const char *path)
{
    kdi_arena *a = kdi_arena_new("test");
    kd_value *report;
    CHECK_INT(kdi_check_models(reference, NULL, a, &report), KD_OK);
    const kd_value *rows = kd_get(report, "groups");
    for (int64_t i = 0; i < rows->n; i++) {
        if (!kd_get_bool(rows->item[i], "ok", false))
            fail_msg("%s: %s", kd_get_text(rows->item[i], "group", ""),
                     kd_get_text(rows->item[i], "reason", ""));
        CHECK_INT(kd_get(rows->item[i], "modes")->n, 3);
    }
    CHECK_INT(rows->n, 11);
    CHECK(kd_get_bool(report, "ok", false));
    CHECK_TEXT(kd_get_text(report, "build", ""), sizeof(kd_real) == 8 ? "double" : "float");
    CHECK_TEXT(kd_get_text(report, "path", ""), path);
    check_bounds(report, strcmp(path, "plain") == 0);
    const kd_value *modes = kd_get(find_row(report, "resnet8"), "modes");
    CHECK(kd_get_int(kd_get(modes->item[0], "outputs"), "compared", 0) > 500);
    CHECK(kd_get_int(kd_get(modes->item[1], "gradients"), "compared", 0) > 200);
    kdi_arena_free(a);
}

TEST("eleven networks agree with the reference in outputs, features and gradients")
{
    check_agreement(kdi_simd_off() ? "plain" : "fast");
}

TEST("on the portable path every output agrees within 1e-4, in float too")
{
    if (kdi_simd_off())
        skip(); /* the test above */
    setenv("KD_SIMD", "off", 1);
    check_agreement("plain");
    unsetenv("KD_SIMD");
}

/* one network of the file, changed, checked again: the row */
typedef void change(kd_value *net);

static const kd_value *changed(kdi_arena *a, const char *name, change *f)
{
    const char *path = kdi_format(a, "unit_check_models.%d.h5", (int)getpid());
    kd_value *net, *file = kd_map(a), *report;
    CHECK_INT(kdi_h5_read(reference, "resnet8", NULL, a, &net), KD_OK);
    f(net);
    kd_set(file, name, net);
    CHECK_INT(kdi_h5_write(path, file), KD_OK);
    CHECK_INT(kdi_check_models(path, NULL, a, &report), KD_OK);
    unlink(path);
    CHECK(!kd_failed());
    CHECK(kd_get_bool(report, "ok", true) == kd_get_bool(find_row(report, name), "ok", true));
    return find_row(report, name);
}

static double *numbers(kd_value *net, const char *mode, const char *group, const char *name)
{
    const kd_value *v = kd_get(net, mode);
    v = group ? kd_get(v, group) : v;
    v = kd_get(v, name);
    if (v->kind == KD_V_MAP)
        v = kd_get(v, "@data");
    CHECK(v->kind == KD_V_ARRAY && v->element == KD_F64);
    return v->data;
}

static void nothing(kd_value *net)
{
    (void)net;
}

static void a_logit(kd_value *net)
{
    numbers(net, "eval", NULL, "logits")[117] += sizeof(kd_real) == 8 ? 1e-7 : 1e-2;
}

static void a_gradient(kd_value *net)
{
    numbers(net, "train", "grad", "0035")[3] *= -1;
}

static void a_feature(kd_value *net)
{
    numbers(net, "train", "feat", "2")[5] += 0.1;
}

static void a_preactivation(kd_value *net)
{
    numbers(net, "eval", "preact", "3")[0] += 100;
}

static void a_name(kd_value *net)
{
    const kd_value *layout = kd_get(net, "layout");
    kd_set_text(layout->item[2], "name", "bn1.offset");
}

static void a_count(kd_value *net)
{
    kd_set_int(net, "parameters", 83893);
}

TEST("a difference in any part fails the network and is named")
{
    static const struct {
        change *f;
        const char *reason;
    } cases[] = {
        { a_logit, "eval: logits" },    { a_gradient, "train: grad/0035 (layer3.0.conv2" },
        { a_feature, "train: feat/2" }, { a_preactivation, "eval: preact/3 (stage3), sum" },
        { a_name, "bn1.offset" },       { a_count, "83893" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        kdi_arena *a = kdi_arena_new("test");
        const kd_value *row = changed(a, "resnet8", cases[i].f);
        CHECK(!kd_get_bool(row, "ok", true));
        CHECK_HAS(kd_get_text(row, "reason", ""), cases[i].reason);
        kdi_arena_free(a);
    }
}

TEST("a network that no family claims fails, one under another name of its own passes")
{
    kdi_arena *a = kdi_arena_new("test");
    const kd_value *row = changed(a, "alexnet", nothing);
    CHECK(!kd_get_bool(row, "ok", true));
    CHECK_HAS(kd_get_text(row, "reason", ""), "alexnet");
    CHECK(!kd_get_bool(changed(a, "resnet14", nothing), "ok", true));
    CHECK(kd_get_bool(changed(a, "resnet8_w1", nothing), "ok", false));
    kdi_arena_free(a);
}

TEST("a file that is not there is an error, not a report")
{
    kdi_arena *a = kdi_arena_new("test");
    kd_value *report = NULL;
    CHECK(kdi_check_models("no-such-file.h5", NULL, a, &report) != KD_OK);
    CHECK_HAS(kd_error_message(), "no-such-file.h5");
    kd_error_clear();
    kdi_arena_free(a);
}

TEST_MAIN
