/* How large the networks are: parameters as the field counts them, arithmetic, shapes of taps. */
#include "tests/net_tools.h"

static int64_t params_of(const char *arch)
{
    kd_engine *e = kdi_engine_new();
    const kd_input in = { 3, 32, 32, 100 };
    const kd_model *model;
    void *self;
    kd_value *spec;
    CHECK_INT(kdi_model_parse(arch, e->run, &spec), KD_OK);
    CHECK_INT(kdi_model_bind(spec, e->run, &model, &self), KD_OK);
    kd_net *net = kdi_net_build(kdi_scope_root(e, "", NULL), "net", model, self, &in, NULL);
    int64_t n = net ? kdi_net_params(net) : -1;
    kdi_engine_free(e);
    return n;
}

TEST("parameters on CIFAR-100 are those of RepDistiller's networks")
{
    static const struct {
        const char *arch;
        int64_t params;
    } known[] = {
        { "resnet8", 83892 },       { "resnet14", 181108 },
        { "resnet20", 278324 },     { "resnet32", 472756 },
        { "resnet44", 667188 },     { "resnet56", 861620 },
        { "resnet110", 1736564 },   { "resnet8x4", 1233540 },
        { "resnet32x4", 7433860 },  { "ResNet18", 11220132 },
        { "ResNet34", 21328292 },   { "ResNet50", 23705252 },
        { "wrn_16_1", 180916 },     { "wrn_16_2", 703284 },
        { "wrn_40_1", 569780 },     { "wrn_40_2", 2255156 },
        { "vgg8", 3965028 },        { "vgg11", 9277284 },
        { "vgg13", 9462180 },       { "vgg16", 14774436 },
        { "vgg19", 20086692 },      { "MobileNetV2", 812836 },
        { "mobile_full", 2353060 }, { "ShuffleV1", 949258 },
        { "ShuffleV2", 1355528 },   { "shufflenetv2_w0.5", 443716 },
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        int64_t n = params_of(known[i].arch);
        if (n != known[i].params)
            fail_msg("%s has %lld parameters, should have %lld", known[i].arch, (long long)n,
                     (long long)known[i].params);
    }
}

TEST("lenet on MNIST has 61706 parameters and 416520 multiply-adds, as on paper")
{
    kd_engine *e = kdi_engine_new();
    kd_net *net = new_net(e, "lenet", (kd_input){ 1, 28, 28, 10 });
    CHECK_INT(kdi_net_params(net), 61706);
    CHECK_NEAR(kdi_net_flops(net),
               2.0 * (28 * 28 * 6 * 25 + 10 * 10 * 16 * 150 + 400 * 120 + 120 * 84 + 84 * 10), 0);
    kdi_engine_free(e);
}

TEST("vision transformers have timm's parameters; positions that are added are no arithmetic")
{
    static const struct {
        const char *arch;
        int64_t params;
    } known[] = { { "vit_tiny", 5717416 },
                  { "deit_tiny", 5910800 },
                  { "vit_small", 22050664 },
                  { "deit_small", 22436432 } };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        kd_engine *e = kdi_engine_new();
        kd_net *net = new_net(e, known[i].arch, (kd_input){ 3, 224, 224, 1000 });
        CHECK_INT(kdi_net_params(net), known[i].params);
        kdi_engine_free(e);
    }
    kd_engine *e = kdi_engine_new();
    kd_net *net = new_net(e, "vit_p4_d2_w6_h2", (kd_input){ 2, 12, 12, 5 });
    double patches = 9 * 6 * 4 * 4 * 2, block = 10 * 12 * 6 * 6, head = 6 * 5;
    CHECK_NEAR(kdi_net_flops(net), 2 * (patches + 2 * block + head), 0);
    kdi_engine_free(e);
}

TEST("arithmetic counts depthwise and grouped convolutions by their group")
{
    kd_engine *e = kdi_engine_new();
    kd_net *net = new_net(e, "resnet8", (kd_input){ 3, 32, 32, 100 });
    double stage1 = 32 * 32 * (3 * 16 * 9 + 2 * 16 * 16 * 9);
    double stage2 = 16 * 16 * (16 * 32 * 9 + 32 * 32 * 9 + 16 * 32);
    double stage3 = 8 * 8 * (32 * 64 * 9 + 64 * 64 * 9 + 32 * 64);
    CHECK_NEAR(kdi_net_flops(net), 2 * (stage1 + stage2 + stage3 + 6400), 0);
    /* the literature's 40 M multiply-adds for ShuffleV1, with its 1x1 stem */
    net = new_net(e, "ShuffleV1", (kd_input){ 3, 32, 32, 100 });
    CHECK(kdi_net_flops(net) / 2 > 35e6 && kdi_net_flops(net) / 2 < 45e6);
    kdi_engine_free(e);
}

static void check_taps(const char *arch, kd_input in, const char *want)
{
    kd_engine *e = kdi_engine_new();
    kd_net *net = new_net(e, arch, in);
    kdi_probe probe;
    char text[512] = "";
    CHECK_INT(kdi_net_probe(net, 2, &probe), KD_OK);
    for (int i = 0; i < probe.ntap; i++) {
        size_t used = strlen(text);
        snprintf(text + used, sizeof text - used, "%s%s %s", i ? ", " : "", probe.tap[i].name,
                 kd_shape_text(kd_shape_of(probe.tap[i].x)));
    }
    CHECK_TEXT(text, want);
    kdi_engine_free(e);
}

TEST("taps are the stem, the stages and the pooled vector, channels last")
{
    const kd_input cifar = { 3, 32, 32, 100 }, mnist = { 1, 28, 28, 10 };
    check_taps("resnet8x4", cifar,
               "stem 2x32x32x32, stage1 2x32x32x64, stage2 2x16x16x128, "
               "stage3 2x8x8x256, pooled 2x256");
    check_taps("resnet8", mnist,
               "stem 2x28x28x16, stage1 2x28x28x16, stage2 2x14x14x32, "
               "stage3 2x7x7x64, pooled 2x64");
    check_taps("wrn_16_2", cifar,
               "stem 2x32x32x16, stage1 2x32x32x32, stage2 2x16x16x64, "
               "stage3 2x8x8x128, pooled 2x128");
    check_taps("vgg8", cifar,
               "stem 2x32x32x64, stage1 2x16x16x128, stage2 2x8x8x256, "
               "stage3 2x4x4x512, stage4 2x4x4x512, pooled 2x512");
    check_taps("mobilenetv2", cifar,
               "stem 2x16x16x16, stage1 2x16x16x12, stage2 2x8x8x16, "
               "stage3 2x4x4x48, stage4 2x2x2x160, pooled 2x1280");
    check_taps("ShuffleV1", cifar,
               "stem 2x32x32x24, stage1 2x16x16x240, stage2 2x8x8x480, "
               "stage3 2x4x4x960, pooled 2x960");
    check_taps("ShuffleV2", mnist,
               "stem 2x28x28x24, stage1 2x14x14x116, stage2 2x7x7x232, "
               "stage3 2x4x4x464, pooled 2x1024");
    check_taps("resnet50_w0.125", cifar,
               "stem 2x32x32x8, stage1 2x32x32x32, stage2 2x16x16x64, "
               "stage3 2x8x8x128, stage4 2x4x4x256, pooled 2x256");
    check_taps("lenet", mnist, "stage1 2x28x28x6, stage2 2x10x10x16, pooled 2x84");
}

TEST("images too small for a network are refused with its name and the sizes")
{
    kd_engine *e = kdi_engine_new();
    static const char *const arch[] = { "lenet", "vgg8" };
    for (int i = 0; i < 2; i++) {
        kd_input in = { 1, 4, 4, 10 };
        kd_value *spec;
        kd_net *net;
        kd_error_clear();
        CHECK_INT(kdi_model_parse(arch[i], e->run, &spec), KD_OK);
        CHECK(kdi_net_new(&net, kdi_scope_root(e, "", NULL), "net", spec, &in, NULL) != KD_OK);
        CHECK_HAS(kd_error_message(), arch[i]);
        CHECK_HAS(kd_error_message(), "4x4");
    }
    kd_error_clear();
    kdi_engine_free(e);
}

TEST("a depth that a family does not have is refused with those it has")
{
    kd_engine *e = kdi_engine_new();
    static const char *const family[] = { "resnet", "imagenet_resnet", "wrn", "vgg" };
    static const int wrong[] = { 50, 20, 20, 9 };
    for (int i = 0; i < 4; i++) {
        kd_input in = { 3, 32, 32, 10 };
        kd_value *spec = kd_map(e->run), *options = kd_map(e->run);
        kd_net *net;
        kd_error_clear();
        kd_set_text(spec, "family", family[i]);
        kd_set_int(options, "depth", wrong[i]);
        kd_set(spec, "options", options);
        CHECK_INT(kdi_net_new(&net, kdi_scope_root(e, "", NULL), "net", spec, &in, NULL),
                  KD_E_USAGE);
        CHECK_HAS(kd_error_message(), family[i]);
        CHECK_HAS(kd_error_message(), "depth");
    }
    kd_error_clear();
    kdi_engine_free(e);
}

TEST_MAIN
