/* The table of worlds, and which of them suits a method. */
#include "check/world.h"
#include "check/settings.h"
#include "check/toy_data.h"

/* ---- images, convolutional networks ---------------------------------------------------- */

static const kdi_scene image_scenes[] = {
    { "equal networks", 6, 5, { .arch = "resnet8_w0.25" }, { .arch = "resnet8_w0.25" }, 2, 1 },
    { "a wider teacher", 5, 4, { .arch = "resnet8_w0.25" }, { .arch = "wrn_10_1_w0.375" }, 2, 1 },
    { "a larger teacher", 4, 6, { 2, 4, 3, 5 }, { 3, 8, 2, 8 }, 2, 1 },
    { 0 },
};

static const kdi_scene image_awkward[] = {
    { "a batch of 2", 2, 5, { 3, 4, 2, 6 }, { 3, 4, 2, 6 }, 2, 1 },
    { "a batch of 1", 1, 5, { 3, 4, 2, 6 }, { 3, 4, 2, 6 }, 2, 1 },
    { "2 classes", 6, 2, { 3, 4, 2, 6 }, { 3, 4, 2, 6 }, 2, 1 },
    { "maps of 1x1", 4, 5, { 3, 1, 2, 6 }, { 3, 1, 2, 6 }, 2, 1 },
    { "1 channel", 4, 5, { 3, 4, 1, 1 }, { 3, 4, 1, 1 }, 2, 1 },
    { "a narrower teacher", 4, 5, { 3, 4, 4, 9 }, { 3, 4, 2, 5 }, 2, 1 },
    { "a smaller teacher with fewer maps", 4, 5, { 4, 8, 2, 6 }, { 2, 4, 2, 6 }, 2, 1 },
    { "a teacher with maps of no common divisor", 4, 5, { 2, 7, 2, 6 }, { 3, 5, 3, 8 }, 2, 1 },
    { "logits of ten thousands", 6, 5, { 3, 4, 2, 6 }, { 3, 4, 2, 6 }, 1e4, 1 },
    { "logits of 0", 6, 5, { 3, 4, 2, 6 }, { 3, 4, 2, 6 }, 0, 1 },
    { "features of 0", 6, 5, { 3, 4, 2, 6 }, { 3, 4, 2, 6 }, 2, 0 },
    { "features in the hundreds", 6, 5, { 3, 4, 2, 6 }, { 3, 4, 2, 6 }, 2, 300 },
    { "samples that are all alike", 6, 5, { 3, 4, 2, 6 }, { 3, 4, 2, 6 }, -2, -1 },
    { 0 },
};

static const kdi_world_run image_runs[] = {
    { "a narrower teacher", "resnet8_w0.375", "resnet8_w0.25" },
    { "a teacher of another family", NULL, "vgg8_w0.0625" },
    { "a student of another family", "vgg8_w0.0625", NULL },
    { 0 },
};

/* ---- texts, transformers ------------------------------------------------------------------- */

#define ARCH(name)                                                                                 \
    {                                                                                              \
        .arch = name                                                                               \
    }
#define BERT       ARCH("transformer_d3_w8_h2_p0")
#define LARGE_BERT ARCH("transformer_d6_w12_h2_post_bert_p0")
/* layers, -, width, pooled, -, heads */
#define LAYERS(n, width, heads)                                                                    \
    {                                                                                              \
        n, 0, width, width, NULL, heads                                                            \
    }
#define USUAL LAYERS(3, 4, 2)

static const kd_input texts = { .channels = 1, .kind = KD_TOKENS, .length = 5, .vocabulary = 12 };
static const kd_input words = { .channels = 1, .kind = KD_TOKENS, .length = 1, .vocabulary = 12 };

static const kdi_scene text_scenes[] = {
    { "equal networks", 6, 5, BERT, BERT, 2, 1, &texts },
    { "a wider teacher", 5, 4, BERT, LARGE_BERT, 2, 1, &texts },
    { "a deeper teacher", 4, 6, LAYERS(2, 4, 2), LAYERS(4, 4, 2), 2, 1, &texts },
    { 0 },
};

static const kdi_scene text_awkward[] = {
    { "a batch of 2", 2, 5, USUAL, USUAL, 2, 1, &texts },
    { "a batch of 1", 1, 5, USUAL, USUAL, 2, 1, &texts },
    { "2 classes", 6, 2, USUAL, USUAL, 2, 1, &texts },
    { "texts of one word", 4, 5, USUAL, USUAL, 2, 1, &words },
    { "1 layer", 4, 5, LAYERS(1, 4, 2), LAYERS(1, 4, 2), 2, 1, &texts },
    { "1 channel", 4, 5, LAYERS(3, 1, 1), LAYERS(3, 1, 1), 2, 1, &texts },
    { "a narrower teacher", 4, 5, LAYERS(3, 8, 2), USUAL, 2, 1, &texts },
    { "a teacher with more heads", 4, 5, USUAL, LAYERS(3, 4, 4), 2, 1, &texts },
    { "a teacher with fewer layers", 4, 5, USUAL, LAYERS(2, 4, 2), 2, 1, &texts },
    { "a teacher of four thirds", 4, 5, USUAL, LAYERS(4, 4, 2), 2, 1, &texts },
    { "logits of ten thousands", 6, 5, USUAL, USUAL, 1e4, 1, &texts },
    { "logits of 0", 6, 5, USUAL, USUAL, 0, 1, &texts },
    { "features of 0", 6, 5, USUAL, USUAL, 2, 0, &texts },
    { "features in the hundreds", 6, 5, USUAL, USUAL, 2, 300, &texts },
    { "samples that are all alike", 6, 5, USUAL, USUAL, -2, -1, &texts },
    { 0 },
};

static const kdi_world_run text_runs[] = {
    { "a wider teacher", NULL, "transformer_d4_w12_h2_p0" },
    { "a teacher with more heads", NULL, "transformer_d4_w8_h4_p0" },
    { "a teacher of another family", NULL, "textcnn_w8_f4" },
    { "a student of another family", "textcnn_w8_f4", NULL },
    { 0 },
};

/* ---- images, vision transformers --------------------------------------------------------- */

#define VIT ARCH("vit_p4_d3_w8_h2")

static const kdi_scene vit_scenes[] = {
    { "equal networks", 6, 5, VIT, VIT, 2, 1 },
    { "a wider teacher", 5, 4, VIT, ARCH("vit_p4_d4_w12_h3"), 2, 1 },
    { "rows of no network", 4, 6, { 3, 9, 4, 4, .heads = 2 }, { 4, 9, 6, 6, .heads = 3 }, 2, 1 },
    { 0 },
};

static const kdi_scene vit_awkward[] = {
    { "a batch of 2", 2, 5, VIT, VIT, 2, 1 },
    { "a batch of 1", 1, 5, VIT, VIT, 2, 1 },
    { "2 classes", 6, 2, VIT, VIT, 2, 1 },
    { "one patch", 4, 5, ARCH("vit_p8_d3_w4_h1"), ARCH("vit_p8_d3_w4_h1"), 2, 1 },
    { "1 channel", 4, 5, { 3, 4, 1, 1, .heads = 1 }, { 3, 4, 1, 1, .heads = 1 }, 2, 1 },
    { "patches in no square", 4, 5, { 3, 6, 4, 4, .heads = 2 }, { 3, 6, 4, 4, .heads = 2 }, 2, 1 },
    { "a narrower teacher", 4, 5, VIT, ARCH("vit_p4_d3_w4_h1"), 2, 1 },
    { "a teacher with fewer layers", 4, 5, VIT, ARCH("vit_p4_d2_w8_h2"), 2, 1 },
    { "a teacher with other patches", 4, 5, VIT, ARCH("vit_p2_d3_w8_h2"), 2, 1 },
    { "a teacher with one token more", 4, 5, VIT, ARCH("deit_p4_d3_w8_h2"), 2, 1 },
    { "logits of ten thousands", 6, 5, VIT, VIT, 1e4, 1 },
    { "logits of 0", 6, 5, VIT, VIT, 0, 1 },
    { "features of 0", 6, 5, VIT, VIT, 2, 0 },
    { "features in the hundreds", 6, 5, VIT, VIT, 2, 300 },
    { "samples that are all alike", 6, 5, VIT, VIT, -2, -1 },
    { 0 },
};

static const kdi_world_run vit_runs[] = {
    { "a narrower teacher", "vit_p4_d3_w12_h2", "vit_p4_d3_w8_h2" },
    { "a teacher with maps", NULL, "resnet8_w0.25" },
    { 0 },
};

/* ---- images, students with DeiT's token ---------------------------------------------------- */

#define DEIT ARCH("deit_p4_d3_w8_h2")

static const kdi_scene deit_scenes[] = {
    { "equal networks", 6, 5, DEIT, DEIT, 2, 1 },
    { "a teacher with maps", 5, 4, DEIT, ARCH("resnet8_w0.25"), 2, 1 },
    { "a wider teacher", 4, 6, DEIT, ARCH("vit_p2_d2_w12_h3"), 2, 1 },
    { 0 },
};

static const kdi_scene deit_awkward[] = {
    { "a batch of 2", 2, 5, DEIT, DEIT, 2, 1 },
    { "a batch of 1", 1, 5, DEIT, DEIT, 2, 1 },
    { "2 classes", 6, 2, DEIT, DEIT, 2, 1 },
    { "a student without the token", 4, 5, VIT, DEIT, 2, 1 },
    { "logits of ten thousands", 6, 5, DEIT, DEIT, 1e4, 1e4 },
    { "logits of 0", 6, 5, DEIT, DEIT, 0, 0 },
    { "samples that are all alike", 6, 5, DEIT, DEIT, -2, -2 },
    { 0 },
};

static const kdi_world_run deit_runs[] = {
    { "a narrower teacher", "deit_p4_d3_w12_h2", "deit_p4_d3_w8_h2" },
    { "a teacher with maps", NULL, "resnet8_w0.25" },
    { "a student without the token", "vit_p4_d3_w8_h2", NULL },
    { 0 },
};

/* ---- points, networks of neighbourhoods ------------------------------------------------------ */

#define CLOUDS       ARCH("dgcnn_k4_e16_w0.125_d0")
#define LARGE_CLOUDS ARCH("dgcnn_k4_e24_w0.25_d0")
/* layers, points, width, pooled */
#define POINTS                                                                                     \
    {                                                                                              \
        3, 8, 4, 6                                                                                 \
    }

static const kd_input points = { .channels = 3, .kind = KD_POINTS, .points = 8 };

static const kdi_scene point_scenes[] = {
    { "equal networks", 6, 5, CLOUDS, CLOUDS, 2, 1, &points },
    { "a wider teacher", 5, 4, CLOUDS, LARGE_CLOUDS, 2, 1, &points },
    { "a deeper teacher", 4, 6, { 2, 8, 4, 6 }, { 4, 8, 6, 8 }, 2, 1, &points },
    { 0 },
};

static const kdi_scene point_awkward[] = {
    { "a batch of 2", 2, 5, POINTS, POINTS, 2, 1, &points },
    { "a batch of 1", 1, 5, POINTS, POINTS, 2, 1, &points },
    { "2 classes", 6, 2, POINTS, POINTS, 2, 1, &points },
    { "1 channel", 4, 5, { 3, 8, 1, 1 }, { 3, 8, 1, 1 }, 2, 1, &points },
    { "1 place", 4, 5, { 3, 1, 4, 6 }, { 3, 1, 4, 6 }, 2, 1, &points },
    { "a narrower teacher", 4, 5, { 3, 8, 6, 8 }, POINTS, 2, 1, &points },
    { "a teacher with fewer places", 4, 5, POINTS, { 3, 4, 4, 6 }, 2, 1, &points },
    { "logits of ten thousands", 6, 5, POINTS, POINTS, 1e4, 1, &points },
    { "logits of 0", 6, 5, POINTS, POINTS, 0, 1, &points },
    { "features of 0", 6, 5, POINTS, POINTS, 2, 0, &points },
    { "features in the hundreds", 6, 5, POINTS, POINTS, 2, 300, &points },
    { "samples that are all alike", 6, 5, POINTS, POINTS, -2, -1, &points },
    { 0 },
};

static const kdi_world_run point_runs[] = {
    { "a wider teacher", NULL, "dgcnn_k4_e24_w0.5_d0" },
    { "a teacher of another family", NULL, "pointnet_w0.0625_d0" },
    { "a student of another family", "pointnet_w0.0625_d0", NULL },
    { 0 },
};

/* ---- all of them ------------------------------------------------------------------------- */

static const kdi_world worlds[] = {
    { "images, convolutional networks", image_scenes, image_awkward, &kdi_toy_waves,
      "resnet8_w0.25", "resnet14_w0.3125", image_runs },
    { "texts, transformers", text_scenes, text_awkward, &kdi_toy_words, "transformer_d2_w8_h2_p0",
      "transformer_d4_w8_h2_p0", text_runs },
    { "images, vision transformers", vit_scenes, vit_awkward, &kdi_toy_waves, "vit_p4_d3_w8_h2",
      "vit_p4_d3_w16_h2", vit_runs },
    { "images, students with DeiT's token", deit_scenes, deit_awkward, &kdi_toy_waves,
      "deit_p4_d3_w8_h2", "vit_p4_d3_w16_h2", deit_runs },
    { "points, networks of neighbourhoods", point_scenes, point_awkward, &kdi_toy_clouds,
      "dgcnn_k4_e16_w0.125_d0", "dgcnn_k4_e24_w0.25_d0", point_runs },
};
enum { WORLDS = sizeof worlds / sizeof worlds[0] };

/* any error but that one is for the points of the check to find */
static bool suits(const kdi_world *w, const kd_method *m)
{
    enum kd_medium kind = w->scenes->input ? w->scenes->input->kind : KD_IMAGE;
    if (m->media && !(m->media & 1u << kind))
        return false;
    kdi_arena *a = kdi_arena_new("world");
    kdi_bare *b;
    int code = kdi_scene_open(&b, m, w->scenes, kdi_small_options(m, a), 1);
    kd_error_clear();
    kdi_bare_free(b);
    kdi_arena_free(a);
    return code != KD_E_NOT_APPLICABLE;
}

const kdi_world *kdi_world_of(const kd_method *m)
{
    for (int i = 0; i < WORLDS; i++)
        if (suits(&worlds[i], m))
            return &worlds[i];
    return worlds;
}
