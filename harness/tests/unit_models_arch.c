/* Architecture strings: what the field calls its networks, and the options behind the names. */
#include "models/net.h"
#include "tests/test.h"

static kd_value *parsed(kdi_arena *a, const char *arch)
{
    kd_value *spec = NULL;
    kd_error_clear();
    if (kdi_model_parse(arch, a, &spec) != KD_OK)
        fail_msg("%s: %s", arch, kd_error_message());
    return spec;
}

static void check_spelling(kdi_arena *a, const char *arch, const char *canonical)
{
    char buf[KDI_ARCH];
    const kd_model *m;
    void *self;
    CHECK_INT(kdi_model_bind(parsed(a, arch), a, &m, &self), KD_OK);
    m->spell(self, buf);
    CHECK_TEXT(buf, canonical);
}

TEST("every canonical string is spelled as it was parsed")
{
    static const char *const arch[] = {
        "resnet8",
        "resnet14",
        "resnet20",
        "resnet32",
        "resnet44",
        "resnet56",
        "resnet110",
        "resnet8x4",
        "resnet32x4",
        "resnet20_w0.5",
        "resnet8x4_w2",
        "resnet8_w0.0625",
        "resnet18",
        "resnet34",
        "resnet50",
        "resnet101",
        "resnet152",
        "resnet50_w0.25",
        "wrn_16_1",
        "wrn_16_2",
        "wrn_40_1",
        "wrn_40_2",
        "wrn_28_10",
        "wrn_16_2_w0.75",
        "vgg8",
        "vgg11",
        "vgg13",
        "vgg16",
        "vgg19",
        "vgg13_w0.125",
        "mobilenetv2",
        "mobilenetv2_1.0",
        "mobilenetv2_w0.7",
        "shufflenetv1",
        "shufflenetv1_w0.4",
        "shufflenetv2",
        "shufflenetv2_w1.5",
        "lenet",
        "lenet_w2",
    };
    kdi_arena *a = kdi_arena_new("test");
    for (size_t i = 0; i < sizeof arch / sizeof *arch; i++)
        check_spelling(a, arch[i], arch[i]);
    kdi_arena_free(a);
}

TEST("the aliases of the field lead to one canonical string")
{
    static const char *const alias[][2] = {
        { "MobileNetV2", "mobilenetv2" },
        { "mobile_half", "mobilenetv2" },
        { "mobile_full", "mobilenetv2_1.0" },
        { "mobilenetv2_w1", "mobilenetv2_1.0" },
        { "mobilenetv2_w0.5", "mobilenetv2" },
        { "ShuffleV1", "shufflenetv1" },
        { "ShuffleV2", "shufflenetv2" },
        { "ResNet50", "resnet50" },
        { "ResNet18", "resnet18" },
        { "vgg8_bn", "vgg8" },
        { "LeNet5", "lenet" },
        { "resnet8_w1", "resnet8" },
    };
    kdi_arena *a = kdi_arena_new("test");
    for (size_t i = 0; i < sizeof alias / sizeof *alias; i++)
        check_spelling(a, alias[i][0], alias[i][1]);
    kdi_arena_free(a);
}

TEST("a parsed string gives the family and every option")
{
    kdi_arena *a = kdi_arena_new("test");
    kd_value *spec = parsed(a, "resnet8x4_w0.7");
    const kd_value *options = kd_get(spec, "options");
    CHECK_TEXT(kd_get_text(spec, "family", ""), "resnet");
    CHECK_INT(kd_get_int(options, "depth", 0), 8);
    CHECK_INT(kd_get_int(options, "widen", 0), 4);
    CHECK(kd_get_number(options, "width", 0) == 0.7); /* not the float nearest to it */
    CHECK_TEXT(kd_get_text(parsed(a, "resnet50"), "family", ""), "imagenet_resnet");
    CHECK_TEXT(kd_get_text(parsed(a, "wrn_40_2"), "family", ""), "wrn");
    kdi_arena_free(a);
}

TEST("a string that no family knows is an error that names it and the families")
{
    static const char *const arch[] = { "",           "resnet",    "resnet21",      "resnet8x0",
                                        "resnet8x4b", "resnet8_w", "resnet8 ",      "wrn_16",
                                        "wrn_17_2",   "vgg12",     "mobilenetv2_2", "shufflenet",
                                        "lenet6",     "Resnet8",   "resnet8_wide",  "ResNet20" };
    kdi_arena *a = kdi_arena_new("test");
    for (size_t i = 0; i < sizeof arch / sizeof *arch; i++) {
        kd_value *spec;
        kd_error_clear();
        if (kdi_model_parse(arch[i], a, &spec) != KD_E_USAGE)
            fail_msg("\"%s\" was taken for %s", arch[i], kd_get_text(spec, "family", "?"));
        CHECK_HAS(kd_error_message(), arch[i]);
        CHECK_HAS(kd_error_message(), "shufflenetv2");
    }
    kd_error_clear();
    kdi_arena_free(a);
}

TEST("every family says in help what it is and what its options mean")
{
    kdi_arena *a = kdi_arena_new("test");
    int n = 0;
    for (const kd_model *const *m = kdi_models; *m; m++, n++) {
        kd_value *d = kdi_model_describe((*m)->name, a);
        CHECK_TEXT(kd_get_text(d, "name", ""), (*m)->name);
        CHECK(strlen(kd_get_text(d, "help", "")) > 20);
        const kd_value *options = kd_get(d, "options");
        CHECK(options->n > 0);
        for (int64_t i = 0; i < options->n; i++)
            CHECK(strlen(kd_get_text(options->item[i], "help", "")) > 5);
    }
    CHECK(n >= 8);
    CHECK(kdi_model_describe("nothing", a) == NULL);
    kdi_arena_free(a);
}

TEST_MAIN
