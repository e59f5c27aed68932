/* Networks for other tasks than classes: a denoiser's time steps, a decoder that looks back only.
 */
#include "tests/net_tools.h"

static const kd_input map = { 2, 8, 8, 2 };

static kd_net *unet(kd_engine *e)
{
    kd_net *net = new_net(e, "unet8x1x2_g2", map);
    ruffle(net);
    kdi_net_set_training(net, false);
    return net;
}

static void give(kd_net *net, kd_tensor *x, int64_t first, int64_t second)
{
    kd_net_give(net, "timesteps", kd_from_i64s(x, KD_SHAPE(2), (int64_t[]){ first, second }));
}

TEST("a denoiser gives a map of its image's shape, another one at another time")
{
    kd_engine *e = kdi_engine_new();
    kd_net *net = unet(e);
    kd_tensor *x = images(net, 2);
    give(net, x, 3, 500);
    kd_tensor *z = kd_net_forward(net, x).logits;
    CHECK(kd_shape_equal(kd_shape_of(z), kd_shape_of(x)));
    give(net, x, 3, 501);
    kd_tensor *later = kd_net_forward(net, x).logits;
    CHECK(distance(kd_slice(z, 0, 0, 1), kd_slice(later, 0, 0, 1)) == 0);
    CHECK(distance(kd_slice(z, 0, 1, 2), kd_slice(later, 0, 1, 2)) > 0);
    no_failure("unet");
    kdi_engine_free(e);
}

TEST("its levels up take in what the levels down gave in the same pass")
{
    kd_engine *e = kdi_engine_new();
    kd_net *net = unet(e);
    kd_tensor *x = images(net, 2);
    give(net, x, 1, 2);
    kd_view v = kd_net_forward(net, x);
    for (int i = 0; i < v.ntap; i++)
        CHECK(distance(kd_net_from(net, i, v.tap[i].x).logits, v.logits) == 0);
    kdi_net_see(net, x); /* another pass, of which there is no level down */
    kd_net_from(net, 2, v.tap[2].x);
    CHECK_HAS(kd_error_message(), "up0 wants what down1 gave in this pass");
    kd_error_clear();
    kdi_engine_free(e);
}

static void refused_without(kd_net *net, kd_tensor *x)
{
    CHECK(kd_is_poisoned(kd_net_forward(net, x).logits));
    CHECK_HAS(kd_error_message(), "wants timesteps beside its samples");
    kd_error_clear();
}

TEST("a denoiser wants a time step for each image, of this step, and no network takes what it has "
     "no use for")
{
    kd_engine *e = kdi_engine_new();
    kd_net *net = unet(e);
    give(net, images(net, 2), 1, 2);
    refused_without(net, images(net, 3));
    give(net, images(net, 2), 1, 2);
    kdi_step_reset(e);
    refused_without(net, images(net, 2));
    kd_net *other = new_net(e, "resnet8_w0.25", map);
    give(other, images(other, 2), 1, 2);
    CHECK_HAS(kd_error_message(), "takes nothing beside its samples, not timesteps");
    kd_error_clear();
    kdi_engine_free(e);
}

TEST("a U-Net's sizes that do not fit are refused: groups, odd images, segments of gpt's texts")
{
    static const struct {
        const char *arch, *says;
        kd_input in;
    } wrong[] = {
        { "unet8x1x2_g3", "8 channels at level 1 are not 3 groups", { 2, 8, 8, 2 } },
        { "unet8x1x2x3_g2", "images of 6x8, but 3 levels want multiples of 4", { 2, 6, 8, 2 } },
        { "vit_p4_d1_w9_h2", "width 9 is no multiple of 2 heads", { 2, 8, 8, 2 } },
        { "vit_p3_d1_w8_h2", "images of 8x8 are not whole patches of 3x3", { 2, 8, 8, 2 } },
        { "gpt_d1_w8_h2", "texts with segments", { 2, 0, 0, 2, KD_TOKENS, 0, 4, 9 } },
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        kd_engine *e = kdi_engine_new();
        kd_value *spec;
        kd_net *net;
        CHECK_INT(kdi_model_parse(wrong[i].arch, e->run, &spec), KD_OK);
        CHECK(kdi_net_new(&net, kdi_scope_root(e, "", NULL), "net", spec, &wrong[i].in, NULL) !=
              KD_OK);
        CHECK_HAS(kd_error_message(), wrong[i].says);
        kd_error_clear();
        kdi_engine_free(e);
    }
}

TEST("a decoder's logits at a token do not change with those after it")
{
    static const int64_t text[] = { 1, 2, 3, 4, 5, 1, 2, 3, 8, 0 };
    kd_engine *e = kdi_engine_new();
    kd_net *net = new_net(e, "gpt_d2_w8_h2", (kd_input){ 1, 0, 0, 2, KD_TOKENS, 0, 5, 9 });
    ruffle(net);
    kdi_net_set_training(net, false);
    kd_tensor *token = kdi_tensor(e->step, e, KD_I64_T, KD_SHAPE(2, 5));
    memcpy(token->data, text, sizeof text);
    kd_tensor *z = kd_net_forward(net, token).logits;
    CHECK(kd_shape_equal(kd_shape_of(z), KD_SHAPE(2, 5, 9)));
    kd_tensor *one = kd_slice(z, 0, 0, 1), *other = kd_slice(z, 0, 1, 2);
    CHECK(distance(kd_slice(one, 1, 0, 3), kd_slice(other, 1, 0, 3)) < 1e-6);
    CHECK(distance(kd_slice(one, 1, 3, 5), kd_slice(other, 1, 3, 5)) > 0);
    no_failure("gpt");
    kdi_engine_free(e);
}

TEST("attention that is shown gives what attention that is not shown gives")
{
    kd_engine *e = kdi_engine_new();
    kd_net *net = new_net(e, "deit_p4_d2_w6_h2", map);
    ruffle(net);
    kdi_net_set_training(net, false);
    kd_tensor *x = images(net, 3);
    kd_tensor *z = kd_net_forward(net, x).logits;
    kdi_net_want_attention(net, true);
    kd_view v = kd_net_forward(net, x);
    CHECK(distance(v.logits, z) < 1e-5);
    kd_tensor *p = kd_view_get(&v, "attention2"), *q = kd_view_get(&v, "query1");
    CHECK(p && kd_shape_equal(kd_shape_of(p), KD_SHAPE(3, 2, 6, 6)));
    CHECK(q && kd_shape_equal(kd_shape_of(q), KD_SHAPE(3, 6, 6)));
    CHECK(distance(kd_softmax(kd_view_get(&v, "score2")), p) < 1e-6);
    no_failure("deit");
    kdi_engine_free(e);
}

TEST_MAIN
