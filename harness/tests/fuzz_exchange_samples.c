/* Any bytes as a picture, a cloud, a mesh, a text, or what a weights file says of its network: the
 * first byte says as which, the rest is the file. */
#include "exchange/exchange.h"

#include "data/tokenize.h"
#include "store/json_read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const ending[] = { "png", "xyz", "obj", "wrl", "txt", "json" };
enum { PICTURE, CLOUD, OBJ, VRML, TEXT, ABOUT, KINDS };

static char folder[] = "fuzz-XXXXXX"; /* in the folder where we run */
static char path[64];

static void remove_all(void)
{
    remove(path);
    rmdir(folder);
}

static void write_file(int kind, const uint8_t *data, size_t size)
{
    static bool made;
    if (!made) {
        KD_ASSERT(mkdtemp(folder));
        atexit(remove_all);
        made = true;
    }
    remove(path);
    snprintf(path, sizeof path, "%s/file.%s", folder, ending[kind]);
    FILE *out = fopen(path, "wb");
    KD_ASSERT(out && fwrite(data, 1, size, out) == size);
    fclose(out);
}

/* what a network of each kind is fed, small */
static const char about_image[] =
    "{\"version\":1,\"kind\":\"image\",\"classes\":2,\"input\":{\"height\":2,\"width\":3,"
    "\"channels\":1,\"pixels\":\"bytes / 255\",\"mean\":[0.5],\"sd\":[0.25]}}";
static const char about_points[] =
    "{\"version\":1,\"kind\":\"points\",\"classes\":2,\"input\":{\"points\":4,\"channels\":3}}";
static const char about_tokens[] =
    "{\"version\":1,\"kind\":\"tokens\",\"classes\":2,\"input\":{\"tokenizer\":\"word\","
    "\"length\":4,\"vocabulary\":4,\"words\":\"the\\na\\n\"}}";

static int take(int kind, kdi_intake *in)
{
    static int (*const readers[])(kdi_intake *, const char *) = { kdi_intake_image,
                                                                  kdi_intake_points,
                                                                  kdi_intake_text };
    const kd_dataset *s = &in->data->set;
    const int reader = kind == PICTURE ? 0 : kind == TEXT ? 2 : 1;
    in->size = reader == 0   ? s->height * s->width * s->channels
               : reader == 1 ? s->points * s->point_channels * (int64_t)sizeof(float)
                             : s->tokenizer.length * (int64_t)sizeof(int32_t);
    in->resize = true;
    return readers[reader](in, path);
}

static int as_samples(int kind, kdi_arena *a)
{
    const char *text = kind == PICTURE ? about_image : kind == TEXT ? about_tokens : about_points;
    kd_value *about;
    kdi_vocabulary v;
    kdi_intake in = { .arena = a, .name = kd_list(a), .vocabulary = &v };
    KD_ASSERT(kdi_json_read(text, (int64_t)strlen(text), "about", a, &about) == KD_OK);
    KD_ASSERT(kdi_about_data(about, "about", a, &in.data) == KD_OK);
    if (kind == TEXT)
        KD_ASSERT(kdi_about_vocabulary(about, "about", a, &v) == KD_OK);
    int code = take(kind, &in);
    KD_ASSERT(in.n == in.name->n);
    return code;
}

static int as_about(const uint8_t *data, size_t size, kdi_arena *a)
{
    kd_value *about;
    kdi_data *d;
    kdi_vocabulary v;
    KD_TRY(kdi_json_read((const char *)data, (int64_t)size, "about", a, &about));
    KD_TRY(kdi_about_data(about, "about", a, &d));
    return kdi_data_has(d, KD_TOKENS) ? kdi_about_vocabulary(about, "about", a, &v) : KD_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    int kind = data[0] % KINDS;
    kdi_arena *a = kdi_arena_new("fuzz");
    kd_error_clear();
    if (kind != ABOUT)
        write_file(kind, data + 1, size - 1);
    int code = kind == ABOUT ? as_about(data + 1, size - 1, a) : as_samples(kind, a);
    KD_ASSERT((code == KD_OK) == !kd_failed());
    KD_ASSERT(code == KD_OK || strlen(kd_error_message()) > 0);
    kd_error_clear();
    kdi_arena_free(a);
    return 0;
}
