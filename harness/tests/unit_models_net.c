/* What a network promises to methods and to the host: views, taps, freezing, copies, averages. */
#include "tests/net_tools.h"

static const kd_input tiny = { 3, 12, 12, 5 };

static kd_tensor *kept(kd_engine *e, kd_tensor *x)
{
    kd_tensor *y = kdi_tensor(e->run, e, KD_REAL_T, kd_shape_of(x));
    memcpy(y->data, x->data, (size_t)kd_numel(x) * sizeof(kd_real));
    return y;
}

/* calls f with each small network in evaluation mode, after some "training" */
static void each_small(void (*f)(kd_net *net))
{
    for (int i = 0; i < SMALL_NETS; i++) {
        kd_engine *e = kdi_engine_new();
        kd_net *net = new_net(e, small_nets[i], tiny);
        ruffle(net);
        kdi_net_set_training(net, false);
        f(net);
        no_failure(small_nets[i]);
        kdi_engine_free(e);
    }
}

static void goes_on_from_taps(kd_net *net)
{
    kd_view v = kd_net_forward(net, images(net, 2));
    for (int i = 0; i < v.ntap; i++) {
        kd_view w = kd_net_from(net, i, v.tap[i].x);
        CHECK(distance(w.logits, v.logits) == 0);
        CHECK(w.tap[i].x == v.tap[i].x);
        CHECK(i == 0 || w.tap[i - 1].x == NULL);
    }
    CHECK(distance(kd_net_head(net, v.pooled), v.logits) == 0);
}

TEST("going on from any tap gives the same logits, bit for bit")
{
    each_small(goes_on_from_taps);
}

static void ends_with_its_classifier(kd_net *net)
{
    kd_view v = kd_net_forward(net, images(net, 2));
    kd_layer *last = kd_net_classifier(net);
    CHECK(distance(kd_apply(last, v.pooled), v.logits) == 0);
}

TEST("the classifier is the layer from the pooled vector to the logits")
{
    each_small(ends_with_its_classifier);
}

static void averages_its_map(kd_net *net)
{
    kd_view v = kd_net_forward(net, images(net, 2));
    kd_tensor *map = kd_view_map(&v);
    bool none = strncmp(net->arch, "lenet", 5) == 0 || strcmp(net->model->name, "vit") == 0;
    if (none) {
        CHECK(strstr(kd_error_message(), "is not the mean of"));
        kd_error_clear();
    } else {
        CHECK(distance(kd_global_avg_pool(map), v.pooled) == 0);
        CHECK_INT(kd_map_channels(kd_shape_of(v.pooled), v.tap, v.ntap), kd_channels(map));
    }
}

TEST("the pooled vector is the mean of the map that a view gives, where there is such a map")
{
    each_small(averages_its_map);
}

static void finds_outputs(kd_net *net)
{
    kdi_net_want_pre(net, true);
    kd_view v = kd_net_forward(net, images(net, 2));
    CHECK(kd_view_get(&v, "logits") == v.logits);
    CHECK(kd_view_get(&v, "pooled") == v.pooled);
    CHECK(v.tap[1].x && kd_view_get(&v, net->tap[1].name) == v.tap[1].x);
    CHECK(v.tap[1].pre && kd_view_get(&v, net->tap[1].pre_name) == v.tap[1].pre);
    CHECK(kd_view_get(&v, "stage9") == NULL);
    CHECK(v.net == net);
    CHECK_INT(v.noutput, 2 * v.ntap + 1 + (kd_view_get(&v, "logits_dist") != NULL));
}

TEST("outputs are found by name, those before an activation too")
{
    each_small(finds_outputs);
}

static void pre_changes_nothing(kd_net *net)
{
    kd_tensor *x = images(net, 2);
    kd_view plain = kd_net_forward(net, x);
    kdi_net_want_pre(net, true);
    kd_view v = kd_net_forward(net, x);
    CHECK(distance(v.logits, plain.logits) < 1e-5);
    for (int i = 0; i < v.ntap; i++) {
        CHECK(plain.tap[i].pre == NULL);
        CHECK(kd_shape_equal(kd_shape_of(v.tap[i].pre), kd_shape_of(v.tap[i].x)));
        CHECK(distance(v.tap[i].x, plain.tap[i].x) < 1e-5);
    }
}

TEST("values before the activation come on request and change nothing else")
{
    each_small(pre_changes_nothing);
}

TEST("a residual stage is the activation of its value before it; a wide one's is normalised")
{
    kd_engine *e = kdi_engine_new();
    kd_net *net = new_net(e, "resnet8_w0.25", tiny);
    kdi_net_want_pre(net, true);
    kd_view v = kd_net_forward(net, images(net, 2));
    for (int i = 1; i < 4; i++)
        CHECK(distance(v.tap[i].x, kd_relu(v.tap[i].pre)) == 0);
    CHECK(v.tap[0].pre == v.tap[0].x);

    net = new_net(e, "wrn_10_2_w0.25", tiny);
    kdi_net_want_pre(net, true);
    v = kd_net_forward(net, images(net, 2));
    kd_tensor *mean = kd_mean(v.tap[2].pre), *square = kd_mean(kd_square(v.tap[2].pre));
    CHECK_NEAR(kd_item(mean), 0, 1e-5); /* gamma 1, beta 0, the batch's statistics */
    CHECK_NEAR(kd_item(square), 1, 1e-2);
    no_failure("pre");
    kdi_engine_free(e);
}

static void folds(kd_net *net)
{
    kdi_net_freeze(net, true);
    kd_tensor *x = images(net, 3);
    kd_view folded = kd_net_forward(net, x);
    CHECK_INT(kd_net_batchnorms(net), net->nbn); /* asking unfolds */
    kd_view whole = kd_net_forward(net, x);
    CHECK(distance(folded.logits, whole.logits) < 1e-5);
    for (int i = 0; i < whole.ntap; i++)
        CHECK(distance(folded.tap[i].x, whole.tap[i].x) < 1e-5);
}

TEST("a frozen network with its batch-norms folded says the same as unfolded")
{
    each_small(folds);
}

static int untouched(kd_tensor *x, const char *path, const char *unused, void *user)
{
    (void)path;
    (void)unused;
    (void)user;
    CHECK(!(x->flags & (KDI_TRACKED | KDI_TOUCHED)));
    return KD_OK;
}

static void frozen_is_frozen(kd_net *net)
{
    kdi_net_freeze(net, true);
    kd_tensor *x = images(net, 2);
    CHECK(!kdi_wants(kd_net_forward(net, x).logits));
    x->flags |= KDI_TRACKED;
    kd_view v = kd_net_forward(net, x);
    CHECK(kdi_wants(v.logits));
    CHECK_INT(kdi_backward_from(kd_mean(kd_square(v.logits))), KD_OK);
    CHECK(x->grad != NULL);
    kd_tensor g = { .shape = x->shape, .data = x->grad };
    CHECK(largest(&g) > 0);
    kdi_scope_each(net->scope, untouched, NULL);
}

TEST("a frozen network passes gradients to its input and takes none itself")
{
    each_small(frozen_is_frozen);
}

static int gradient_came(kd_tensor *x, const char *path, const char *unused, void *user)
{
    (void)unused;
    (void)user;
    if ((x->flags & KDI_PARAM) && !(x->flags & KDI_TOUCHED))
        fail_msg("%s got no gradient", path);
    return KD_OK;
}

static void learns(kd_net *net)
{
    kdi_net_set_training(net, true);
    kd_view v = kd_net_forward(net, images(net, 4));
    kd_tensor *dist = kd_view_get(&v, "logits_dist"), *sum = kd_mean(kd_square(v.logits));
    sum = dist ? kd_add(sum, kd_mean(kd_square(dist))) : sum;
    CHECK_INT(kdi_backward_from(sum), KD_OK);
    kdi_scope_each(net->scope, gradient_came, NULL);
}

TEST("every parameter of a network that trains gets a gradient")
{
    each_small(learns);
}

TEST("only a training forward moves running statistics, and the engine's mode is put back")
{
    kd_engine *e = kdi_engine_new();
    kd_net *net = new_net(e, "resnet8_w0.25", tiny);
    kd_tensor *mean = kdi_scope_find(net->scope, "bn1.running_mean");
    CHECK(largest(mean) == 0); /* the dry run did not either */
    kdi_net_set_training(net, false);
    e->training = true;
    kd_net_forward(net, images(net, 2));
    CHECK(largest(mean) == 0);
    CHECK(e->training);
    kdi_net_set_training(net, true);
    e->training = false;
    kd_net_forward(net, images(net, 2));
    CHECK(largest(mean) > 0);
    CHECK(!e->training);
    kdi_engine_free(e);
}

static void copies(kd_net *net)
{
    kd_engine *e = net->engine;
    kd_rng before = *net->scope->rng;
    kd_scope *own = kdi_scope_root(e, "method", net->scope->rng);
    kd_net *copy = kd_net_copy(own, "average", net);
    kd_tensor *x = images(net, 2);
    kd_tensor *said = kept(e, kd_net_forward(net, x).logits);
    CHECK(memcmp(&before, net->scope->rng, sizeof before) == 0);
    CHECK(distance(kd_net_forward(copy, x).logits, said) < 1e-5);
    CHECK_INT(kdi_scope_params(own), 0); /* saved, not trained */
    CHECK_INT(kdi_net_params(copy), kdi_net_params(net));
    CHECK(kdi_scope_find(own, "average.fc.weight") || !kdi_scope_find(net->scope, "fc.weight"));

    kd_fill(kd_net_classifier(net)->weight, 0);
    CHECK(distance(kd_net_forward(copy, x).logits, said) < 1e-5); /* its values are its own */
}

TEST("a copy says what the original said, draws no numbers and keeps its own values")
{
    each_small(copies);
}

TEST("an average takes in values and running statistics by its share")
{
    kd_engine *e = kdi_engine_new();
    kd_net *net = new_net(e, "resnet8_w0.25", tiny);
    kd_net *avg = kd_net_copy(kdi_scope_root(e, "method", NULL), "average", net);
    kd_tensor *w = kdi_scope_find(net->scope, "fc.weight");
    kd_tensor *m = kdi_scope_find(net->scope, "bn1.running_mean");
    kd_tensor *aw = kdi_scope_find(avg->scope, "fc.weight");
    kd_tensor *am = kdi_scope_find(avg->scope, "bn1.running_mean");
    kd_fill(w, 4), kd_fill(m, 8), kd_fill(aw, 0), kd_fill(am, 0);
    kd_net_mix(avg, net, (kd_real)0.75);
    CHECK_NEAR(kdi_r(aw)[0], 1, 1e-6);
    CHECK_NEAR(kdi_r(am)[0], 2, 1e-6);
    kdi_net_set_training(avg, true); /* gathers its own statistics */
    kd_net_mix(avg, net, (kd_real)0.5);
    CHECK_NEAR(kdi_r(aw)[0], 2.5, 1e-6);
    CHECK_NEAR(kdi_r(am)[0], 2, 1e-6);
    no_failure("mix");

    kd_net *other = new_net(e, "resnet14_w0.25", tiny);
    kd_net_mix(avg, other, (kd_real)0.5);
    CHECK_HAS(kd_error_message(), "resnet14_w0.25");
    kd_error_clear();
    kdi_engine_free(e);
}

TEST("batch-norms are given in forward order, with what went into them")
{
    kd_engine *e = kdi_engine_new();
    kd_net *net = new_net(e, "resnet8_w0.25", tiny);
    kdi_net_freeze(net, true);
    CHECK_INT(kd_net_batchnorms(net), 9);
    CHECK_TEXT(kd_net_batchnorm(net, 0)->scope->name, "bn1");
    CHECK(kd_net_batchnorm(net, 9) == NULL);
    CHECK(kd_net_batchnorm(net, -1) == NULL);
    kd_view v = kd_net_forward(net, images(net, 2));
    for (int i = 0; i < 9; i++)
        CHECK(kd_numel(kd_batchnorm_input(kd_net_batchnorm(net, i))) > 0);
    kd_layer *bn = kd_net_tap_batchnorm(net, 2);
    CHECK_INT(kd_numel(bn->weight), kd_channels(v.tap[2].x));
    CHECK_TEXT(bn->scope->name, "bn2");
    CHECK(kd_net_tap_batchnorm(net, 4) == NULL); /* pooled */
    CHECK(kd_net_tap_batchnorm(net, 5) == NULL);
    no_failure("batch-norms");
    kdi_engine_free(e);
}

static double deviation(const kd_tensor *x)
{
    double sum = 0;
    for (int64_t i = 0; i < kd_numel(x); i++)
        sum += (double)kdi_r(x)[i] * (double)kdi_r(x)[i];
    return sqrt(sum / (double)kd_numel(x));
}

TEST("fresh weights have the spread that each family's code gives them")
{
    kd_engine *e = kdi_engine_new();
    const kd_input cifar = { 3, 32, 32, 100 };
    kd_scope *s = new_net(e, "resnet20", cifar)->scope;
    CHECK_NEAR(deviation(kdi_scope_find(s, "layer3.1.conv1.weight")), sqrt(2.0 / (9 * 64)), 2e-3);
    CHECK_NEAR(deviation(kdi_scope_find(s, "fc.weight")), 1 / sqrt(3 * 64.0), 2e-3);
    s = new_net(e, "wrn_16_2", cifar)->scope;
    CHECK_NEAR(deviation(kdi_scope_find(s, "block3.layer.1.conv2.weight")), sqrt(2.0 / (9 * 128)),
               1e-3);
    CHECK(largest(kdi_scope_find(s, "fc.bias")) == 0);
    s = new_net(e, "vgg8", cifar)->scope;
    CHECK_NEAR(deviation(kdi_scope_find(s, "block2.0.weight")), sqrt(2.0 / (9 * 256)), 1e-3);
    CHECK_NEAR(deviation(kdi_scope_find(s, "classifier.weight")), 0.01, 2e-4);
    CHECK(largest(kdi_scope_find(s, "block2.0.bias")) == 0);
    s = new_net(e, "mobilenetv2", cifar)->scope;
    CHECK_NEAR(deviation(kdi_scope_find(s, "blocks.6.0.conv.0.weight")), sqrt(2.0 / 480), 2e-3);
    s = new_net(e, "ShuffleV1", cifar)->scope;
    CHECK_NEAR(deviation(kdi_scope_find(s, "linear.weight")), 1 / sqrt(3 * 960.0), 5e-4);
    kdi_engine_free(e);
}

TEST("the same seed gives the same weights, another seed others")
{
    kd_engine *e = kdi_engine_new();
    kd_scope *a = new_net(e, "ShuffleV2", tiny)->scope, *b = new_net(e, "ShuffleV2", tiny)->scope;
    const char *path = "layer2.3.conv2.weight";
    CHECK(distance(kdi_scope_find(a, path), kdi_scope_find(b, path)) == 0);
    kd_net *net;
    kd_value *spec;
    kd_rng rng = kdi_rng(8, KDI_STREAM_TEST, 0);
    CHECK_INT(kdi_model_parse("ShuffleV2", e->run, &spec), KD_OK);
    CHECK_INT(kdi_net_new(&net, kdi_scope_root(e, "", NULL), "net", spec, &tiny, &rng), KD_OK);
    CHECK(distance(kdi_scope_find(net->scope, path), kdi_scope_find(b, path)) > 0.1);
    kdi_engine_free(e);
}

TEST_MAIN
