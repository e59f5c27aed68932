/* Data sets small enough for checks, made by formulas: images, texts, points. */
#include "check/toy_data.h"
#include "engine/engine.h"

#include <math.h>
#include <string.h>

static const double TURN = 6.28318;

static int64_t *labels(kd_dataset *d, int64_t n)
{
    int64_t *label = kd_dataset_alloc(d, (size_t)n * sizeof *label);
    for (int64_t i = 0; i < n; i++)
        label[i] = i % KDI_TOY_CLASSES;
    return label;
}

static kd_rng draws(uint64_t part, int64_t i)
{
    return kdi_rng(part, KDI_STREAM_TEST, (uint64_t)i);
}

/* both splits, by the part that draws one */
static int draw_both(kd_dataset *d, void (*draw)(kd_dataset *d, uint64_t part, kd_samples *out))
{
    d->classes = KDI_TOY_CLASSES;
    d->train = (kd_samples){ .n = KDI_TOY_TRAIN, .label = labels(d, KDI_TOY_TRAIN) };
    d->test = (kd_samples){ .n = KDI_TOY_TEST, .label = labels(d, KDI_TOY_TEST) };
    draw(d, 11, &d->train);
    draw(d, 12, &d->test);
    return KD_OK;
}

/* ---- images --------------------------------------------------------------------------- */

enum { PIXELS = KDI_TOY_SIDE * KDI_TOY_SIDE * KDI_TOY_CHANNELS };

static void draw_image(int64_t class, kd_rng *rng, uint8_t *to)
{
    static const double along_x[] = { 1, 0, 1, 1 }, along_y[] = { 0, 1, 1, -1 };
    double phase = TURN * kdi_uniform01(rng);
    for (int i = 0; i < PIXELS; i++) {
        int x = i / KDI_TOY_CHANNELS % KDI_TOY_SIDE, y = i / KDI_TOY_CHANNELS / KDI_TOY_SIDE;
        int c = i % KDI_TOY_CHANNELS;
        double wave = sin(phase + 0.9 * c + 1.2 * (along_x[class] * x + along_y[class] * y));
        double value = 128 + 60 * wave + 25 * kdi_normal(rng);
        to[i] = (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
    }
}

static void draw_images(kd_dataset *d, uint64_t part, kd_samples *out)
{
    uint8_t *pixel = kd_dataset_alloc(d, (size_t)out->n * PIXELS);
    for (int64_t i = 0; i < out->n; i++) {
        kd_rng rng = draws(part, i);
        draw_image(out->label[i], &rng, pixel + i * PIXELS);
    }
    out->pixel = pixel;
}

static int open_waves(kd_dataset *d, const void *self)
{
    (void)self;
    d->channels = KDI_TOY_CHANNELS;
    d->height = d->width = KDI_TOY_SIDE;
    return draw_both(d, draw_images);
}

const kd_dataset_class kdi_toy_waves = {
    .abi = KD_ABI,
    .size = sizeof(kd_dataset_class),
    .name = "waves",
    .title = "Waves in noise",
    .track = KD_CLASSIFY,
    .open = open_waves,
};

/* ---- texts ------------------------------------------------------------------------------ */

enum { WORD = 3, LONGEST = KDI_TOY_LENGTH + 2, LIKED = KDI_TOY_WORDS / KDI_TOY_CLASSES };

/* 2 to LONGEST words, every second one of those that the class likes: some are cut, most padded */
static int64_t draw_text(int64_t class, kd_rng *rng, char *to)
{
    int64_t n = 2 + (int64_t)kdi_below(rng, LONGEST - 1);
    for (int64_t i = 0; i < n; i++) {
        int64_t liked = class * LIKED + kdi_below(rng, LIKED), any = kdi_below(rng, KDI_TOY_WORDS);
        memcpy(to + WORD * i, "w? ", WORD);
        to[WORD * i + 1] = (char)('a' + (i % 2 ? any : liked));
    }
    return n * WORD;
}

static void draw_texts(kd_dataset *d, uint64_t part, kd_samples *out)
{
    char *text = kd_dataset_alloc(d, (size_t)(out->n * LONGEST * WORD));
    int64_t *at = kd_dataset_alloc(d, (size_t)(out->n + 1) * sizeof *at);
    for (int64_t i = 0; i < out->n; i++) {
        kd_rng rng = draws(part, i);
        at[i + 1] = at[i] + draw_text(out->label[i], &rng, text + at[i]);
    }
    out->text = text;
    out->at = at;
}

static int open_words(kd_dataset *d, const void *self)
{
    (void)self;
    d->tokenizer = (kd_tokenizer){
        .kind = KD_WORDS, .vocabulary = KDI_TOY_WORDS + 2, .length = KDI_TOY_LENGTH, .min_count = 1
    };
    return draw_both(d, draw_texts);
}

const kd_dataset_class kdi_toy_words = {
    .abi = KD_ABI,
    .size = sizeof(kd_dataset_class),
    .name = "words",
    .title = "Words that classes like",
    .track = KD_CLASSIFY,
    .kinds = 1u << KD_TOKENS,
    .open = open_words,
};

/* ---- points ------------------------------------------------------------------------------ */

/* on a sphere, in a flat disc, on a needle, on two parallel discs; with noise */
static void draw_point(int64_t class, kd_rng *rng, float *to)
{
    static const double across[] = { 1, 1, 0.15, 0.7 }, along[] = { 1, 0.1, 1, 0 };
    double turn = TURN * kdi_uniform01(rng), up = 2 * kdi_uniform01(rng) - 1;
    double round = across[class] * (class == 0 ? sqrt(1 - up * up) : 1);
    to[0] = (float)(round * cos(turn) + 0.05 * kdi_normal(rng));
    to[1] =
        (float)((class == 3 ? (up > 0 ? 0.7 : -0.7) : along[class] * up) + 0.05 * kdi_normal(rng));
    to[2] = (float)(round * sin(turn) + 0.05 * kdi_normal(rng));
}

static void draw_clouds(kd_dataset *d, uint64_t part, kd_samples *out)
{
    float *point = kd_dataset_alloc(d, (size_t)(out->n * KDI_TOY_POINTS * 3) * sizeof *point);
    for (int64_t i = 0; i < out->n; i++) {
        kd_rng rng = draws(part, i);
        for (int64_t k = 0; k < KDI_TOY_POINTS; k++)
            draw_point(out->label[i], &rng, point + (i * KDI_TOY_POINTS + k) * 3);
    }
    out->point = point;
}

static int open_clouds(kd_dataset *d, const void *self)
{
    (void)self;
    d->points = KDI_TOY_POINTS;
    d->point_channels = 3;
    d->up = 1;
    return draw_both(d, draw_clouds);
}

const kd_dataset_class kdi_toy_clouds = {
    .abi = KD_ABI,
    .size = sizeof(kd_dataset_class),
    .name = "clouds",
    .title = "Points on four surfaces",
    .track = KD_CLASSIFY,
    .kinds = 1u << KD_POINTS,
    .open = open_clouds,
};
