/* Files as samples: a network sees of a text, a picture or a cloud in a file what it sees of the
 * same one in a data set's test split. */
#include "exchange/exchange.h"

#include "data/tokenize.h"
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static kdi_arena *arena;
static char folder[] = "predict-XXXXXX";
static const char *const names[] = { "text.txt", "picture.pgm", "cloud.xyz", "shape.obj" };

static void remove_all(void)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        remove(kdi_format(arena, "%s/%s", folder, names[i]));
    rmdir(folder);
    kdi_arena_free(arena);
}

static const char *put(const char *name, const void *data, size_t n)
{
    const char *path = kdi_format(arena, "%s/%s", folder, name);
    FILE *out = fopen(path, "wb");
    CHECK(out && fwrite(data, 1, n, out) == n);
    fclose(out);
    return path;
}

static void begin(void)
{
    if (!arena) {
        arena = kdi_arena_new("test");
        CHECK(mkdtemp(folder) != NULL);
        atexit(remove_all);
        unsetenv("KD_CACHE"); /* no vocabulary is kept */
        unsetenv("XDG_CACHE_HOME");
        unsetenv("HOME");
    }
    kd_error_clear();
}

/* ---- data sets of a few samples ------------------------------------------------------------ */

static const char *const texts[] = { "The quick brown fox", "jumps, over THE lazy dog!",
                                     "\xc3\x84pfel und Birnen", "a b c d e f g h i j k l m n o p",
                                     "?!" };
enum { NTEXT = 5, TRAIN = 40 };

static int tokenizer_kind;

static void fill_texts(kd_dataset *d, kd_samples *out, int64_t n)
{
    kd_texts *t = kd_texts_new(d);
    for (int64_t i = 0; i < n; i++)
        CHECK(kd_texts_add(t, "made", i, texts[i % NTEXT], (int64_t)strlen(texts[i % NTEXT]),
                           i % 2) == KD_OK);
    kd_texts_end(t, "made", out);
}

static int open_texts(kd_dataset *d, const void *self)
{
    (void)self;
    d->classes = 2;
    d->tokenizer =
        (kd_tokenizer){ .kind = tokenizer_kind, .vocabulary = 270, .length = 12, .min_count = 1 };
    fill_texts(d, &d->train, TRAIN);
    fill_texts(d, &d->test, NTEXT);
    return KD_OK;
}

enum { SIDE = 4, PIXELS = SIDE * SIDE, POINTS = 8 };

static int open_images(kd_dataset *d, const void *self)
{
    uint8_t *pixel = kd_dataset_alloc(d, TRAIN * PIXELS);
    int64_t *label = kd_dataset_alloc(d, TRAIN * sizeof *label);
    (void)self;
    d->classes = 2;
    d->height = d->width = SIDE;
    d->channels = 1;
    for (int i = 0; i < TRAIN * PIXELS; i++)
        pixel[i] = (uint8_t)(i * 37);
    for (int i = 0; i < TRAIN; i++)
        label[i] = i % 2;
    d->train = (kd_samples){ .n = TRAIN, .pixel = pixel, .label = label };
    d->test = (kd_samples){ .n = NTEXT, .pixel = pixel, .label = label };
    return KD_OK;
}

static const kd_dataset_class text_class = { .name = "texts", .open = open_texts };
static const kd_dataset_class image_class = { .name = "images", .open = open_images };

static kdi_data *opened(const kd_dataset_class *class)
{
    kdi_data *d;
    kd_value *spec = kd_map(arena);
    kd_set_text(spec, "name", class->name);
    if (kdi_data_open_class(&d, class, spec, ".") != KD_OK)
        fail_msg("%s", kd_error_message());
    return d;
}

/* what a file says of a network for this data, read again */
static kdi_intake intake(const kdi_data *d, const char *arch, kdi_vocabulary *v)
{
    kd_value *model, *about;
    kdi_intake in = { .arena = arena, .name = kd_list(arena), .vocabulary = v };
    if (kdi_model_parse(arch, arena, &model) != KD_OK ||
        kdi_about(d, model, NULL, NULL, arena, &about) != KD_OK ||
        kdi_about_data(about, "made", arena, &in.data) != KD_OK ||
        (v && kdi_about_vocabulary(about, "made", arena, v) != KD_OK) ||
        kdi_about_agrees(about, d, "made") != KD_OK)
        fail_msg("%s", kd_error_message());
    return in;
}

/* ---- texts -------------------------------------------------------------------------------- */

static void compare_texts(int kind)
{
    begin();
    tokenizer_kind = kind;
    kdi_data *d = opened(&text_class);
    kdi_vocabulary v;
    kdi_intake in = intake(d, "fasttext", &v);
    const char *all = "";
    int64_t length = d->set.tokenizer.length;
    for (int i = 0; i < NTEXT; i++)
        all = kdi_format(arena, "%s%s\n", all, texts[i]);
    in.size = length * (int64_t)sizeof(int32_t);
    CHECK(kdi_intake_text(&in, put("text.txt", all, strlen(all))) == KD_OK);
    CHECK_INT(in.n, NTEXT);
    for (int64_t i = 0; i < NTEXT; i++) {
        const int32_t *got = (const int32_t *)(const void *)in.row + i * length;
        int64_t n = d->set.test.begins[i + 1] - d->set.test.begins[i];
        for (int64_t k = 0; k < length; k++)
            CHECK_INT(got[k], k < n ? d->set.test.token[d->set.test.begins[i] + k] : KDI_PADDING);
        CHECK_INT(kd_get_int(in.name->item[i], "item", 0), i + 1);
    }
    kdi_data_close(d);
}

TEST("words of a file are the tokens that they are in the data set")
{
    compare_texts(KD_WORDS);
}

TEST("byte pairs of a file are the tokens that they are in the data set")
{
    compare_texts(KD_BPE);
}

TEST("a file of another vocabulary is found out")
{
    begin();
    kd_value *model, *about;
    tokenizer_kind = KD_WORDS;
    kdi_data *words = opened(&text_class);
    CHECK(kdi_model_parse("fasttext", arena, &model) == KD_OK);
    CHECK(kdi_about(words, model, NULL, NULL, arena, &about) == KD_OK);
    tokenizer_kind = KD_BPE;
    kdi_data *pairs = opened(&text_class);
    CHECK(kdi_about_agrees(about, words, "made") == KD_OK);
    CHECK(kdi_about_agrees(about, pairs, "made") != KD_OK);
    CHECK_HAS(kd_error_message(), "another vocabulary");
    kd_error_clear();
    kdi_data_close(words);
    kdi_data_close(pairs);
}

/* ---- pictures ------------------------------------------------------------------------------- */

TEST("a picture is normalised as the data set normalises it, bit for bit")
{
    begin();
    kdi_data *d = opened(&image_class);
    kdi_intake in = intake(d, "lenet", NULL);
    char file[64] = "P5\n4 4\n255\n";
    size_t n = strlen(file);
    kd_real want[PIXELS], got[PIXELS];
    memcpy(file + n, d->set.test.pixel + 3 * PIXELS, PIXELS);
    in.size = PIXELS;
    CHECK(kdi_intake_image(&in, put("picture.pgm", file, n + PIXELS)) == KD_OK);
    kdi_data_normalise(d, &d->set.test, 3, want);
    kdi_data_normalise(in.data, &(kd_samples){ .n = 1, .pixel = (const uint8_t *)in.row }, 0, got);
    CHECK(memcmp(want, got, sizeof want) == 0);
    CHECK(kdi_intake_image(&in, put("picture.pgm", "P5\n2 2\n255\n....", 15)) != KD_OK);
    CHECK_HAS(kd_error_message(), "2x2 pixels, the network takes 4x4");
    kd_error_clear();
    kdi_data_close(d);
}

/* ---- clouds --------------------------------------------------------------------------------- */

static kdi_intake for_points(void)
{
    kdi_intake in = { .arena = arena, .name = kd_list(arena) };
    in.data = kdi_alloc0(arena, sizeof *in.data);
    in.data->set.points = POINTS;
    in.data->set.point_channels = 3;
    in.size = POINTS * 3 * (int64_t)sizeof(float);
    return in;
}

static void check_ball(const float *x)
{
    double mean[3] = { 0 }, farthest = 0;
    for (int i = 0; i < POINTS; i++)
        farthest = fmax(farthest, hypot(hypot(x[3 * i], x[3 * i + 1]), x[3 * i + 2]));
    for (int i = 0; i < 3 * POINTS; i++)
        mean[i % 3] += x[i] / POINTS;
    CHECK_NEAR(farthest, 1, 1e-6);
    for (int j = 0; j < 3; j++)
        CHECK_NEAR(mean[j], 0, 1e-6);
}

TEST("a cloud is moved to 0 and scaled to 1; one that is so already stays as it is")
{
    begin();
    kdi_intake in = for_points();
    char text[512] = "# eight corners\n";
    for (int i = 0; i < POINTS; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%d %d, %d\n", 10 + 4 * (i & 1),
                 20 + 2 * (i & 2), i & 4);
    CHECK(kdi_intake_points(&in, put("cloud.xyz", text, strlen(text))) == KD_OK);
    check_ball((const float *)(const void *)in.row);
    float first[3 * POINTS];
    memcpy(first, in.row, sizeof first);
    text[0] = '\0';
    for (int i = 0; i < POINTS; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%.9g %.9g %.9g\n", first[3 * i],
                 first[3 * i + 1], first[3 * i + 2]);
    CHECK(kdi_intake_points(&in, put("cloud.xyz", text, strlen(text))) == KD_OK);
    CHECK(memcmp(in.row + in.size, first, sizeof first) == 0);
}

TEST("points on a mesh are drawn by its content: the same file, the same points")
{
    begin();
    kdi_intake in = for_points();
    const char *obj = "v 0 0 0\nv 2 0 0\nv 0 3 0\nv 0 0 4\nf 1 2 3\nf 1 2 4\nf 2 3 4\n";
    CHECK(kdi_intake_points(&in, put("shape.obj", obj, strlen(obj))) == KD_OK);
    CHECK(kdi_intake_points(&in, put("shape.obj", obj, strlen(obj))) == KD_OK);
    CHECK(memcmp(in.row, in.row + in.size, (size_t)in.size) == 0);
    check_ball((const float *)(const void *)in.row);
    CHECK(kdi_intake_points(&in, put("cloud.xyz", "0 0 0\n", 6)) != KD_OK);
    CHECK_HAS(kd_error_message(), "1 points, the network takes 8");
    kd_error_clear();
}

TEST_MAIN
