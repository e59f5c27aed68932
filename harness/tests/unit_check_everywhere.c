/* Every method in every kind of data: it trains, or says in a few words why it has no meaning
 * there. Never a crash, a number that is not finite, or an error of another kind. */
#include <stdio.h>
#include <string.h>
#include "check/toy.h"
#include "check/toy_data.h"
#include "test.h"
#include "train/registry.h"

static const kdi_world places[] = {
    { .name = "points, PointNet from PointNet",
      .data = &kdi_toy_clouds,
      .student = "pointnet_w0.0625",
      .teacher = "pointnet_w0.125" },
    { .name = "points, PointNet from DGCNN",
      .data = &kdi_toy_clouds,
      .student = "pointnet_w0.0625",
      .teacher = "dgcnn_w0.125" },
    { .name = "texts, transformers",
      .data = &kdi_toy_words,
      .student = "transformer_d2_w8_h2_p0",
      .teacher = "transformer_d4_w16_h2_p0" },
    { .name = "texts, TextCNN from a transformer",
      .data = &kdi_toy_words,
      .student = "textcnn_w8_f4",
      .teacher = "transformer_d2_w8_h2_p0" },
    { .name = "texts, fastText from BiLSTM",
      .data = &kdi_toy_words,
      .student = "fasttext_w8",
      .teacher = "bilstm_w8_h8" },
    { .name = "images, ViT from a convolutional network",
      .data = &kdi_toy_waves,
      .student = "deit_p4_d2_w8_h2",
      .teacher = "resnet8_w0.25" },
    { .name = "images, ViT from ViT",
      .data = &kdi_toy_waves,
      .student = "vit_p4_d2_w8_h2",
      .teacher = "vit_p4_d2_w16_h2" },
};

static int faults;

static int train(const kd_method *m, const kdi_world *place, kdi_arena *a)
{
    kdi_trainer *t;
    kdi_toy toy = { .world = place };
    int code = kdi_toy_open(&t, m, &toy, a);
    if (code == KD_OK)
        code = kdi_toy_train(t, t->plan.n > 1 ? KDI_TOY_EPOCHS : 1);
    kdi_toy_close(t);
    return code;
}

/* true: it ran; false: it has no meaning here, and says why */
static bool runs(const kd_method *m, const kdi_world *place)
{
    kdi_arena *a = kdi_arena_new("everywhere");
    kd_error_clear();
    int code = train(m, place, a);
    kdi_arena_free(a);
    if (code != KD_OK && code != KD_E_NOT_APPLICABLE) {
        printf("%s: %s: FAILED: %s\n", place->name, m->name, kd_error_message());
        faults++;
    }
    if (code == KD_E_NOT_APPLICABLE) {
        CHECK(strlen(kd_error_message()) > 10);
        printf("%s: %s: not applicable: %s\n", place->name, m->name, kd_error_message());
    }
    return code == KD_OK;
}

/* what reads logits and labels alone has no reason to stay away, but for DeiT's second head */
static bool must_run(const kd_method *m)
{
    return strcmp(m->name, "deit") != 0 && m->taps == KD_TAPS_NONE && !m->media &&
           m->need == KD_NEED_LOGITS && !m->trunk;
}

static void everywhere(const kdi_world *place)
{
    int ran = 0, n = kdi_method_count();
    for (int i = 0; i < n; i++) {
        const kd_method *m = kdi_method_at(i);
        bool ok = runs(m, place);
        CHECK(ok || !must_run(m));
        ran += ok;
    }
    printf("%s: %d of %d methods run\n", place->name, ran, n);
    CHECK(ran > n / 3);
}

TEST("every method trains in every kind of data, or says why it has no meaning there")
{
    CHECK_INT(kdi_registry_open(), KD_OK);
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
        everywhere(&places[i]);
    CHECK_INT(faults, 0);
}

TEST_MAIN
