/* Any bytes as an HDF5 file of somebody's own: as images by the plugin hdf5, as clouds of points by
 * ModelNet40's reader, all the way to a batch. */
#include "data/data.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char folder[] = "fuzz-XXXXXX"; /* in the folder where we run */
static const char *const files[] = { "data.h5", "ply_data_train0.h5", "ply_data_test0.h5" };
enum { FILES = sizeof files / sizeof *files };

static const char *in_folder(const char *file)
{
    static char path[64];
    snprintf(path, sizeof path, "%s/%s", folder, file);
    return path;
}

static void remove_folder(void)
{
    for (int i = 0; i < FILES; i++)
        remove(in_folder(files[i]));
    rmdir(folder);
}

/* one file, three names */
static void put(const uint8_t *data, size_t size)
{
    static bool made;
    if (!made) {
        KD_ASSERT(mkdtemp(folder));
        atexit(remove_folder);
        made = true;
    }
    for (int i = 0; i < FILES; i++) {
        FILE *out = fopen(in_folder(files[i]), "wb");
        KD_ASSERT(out && fwrite(data, 1, size, out) == size);
        fclose(out);
    }
}

static void open_as(const char *name, enum kd_medium kind, kdi_arena *a)
{
    kdi_data *d;
    kd_value *spec = kd_map(a), *options = kd_map(a);
    kd_set_text(spec, "name", name);
    kd_set(spec, "options", options);
    if (kind == KD_POINTS)
        kd_set_int(options, "points", 4);
    kd_error_clear();
    int code = kdi_data_open(&d, spec, folder);
    KD_ASSERT((code == KD_OK) == (d != NULL));
    KD_ASSERT(code == KD_OK || strlen(kd_error_message()) > 0);
    if (d) {
        kd_engine *e = kdi_engine_new();
        const int64_t sample[] = { 0, 0 };
        kdi_ask ask = { .split = KD_TRAIN, .sample = sample, .n = 2 };
        KD_ASSERT(kdi_data_batch(e, d, &ask)->input[kind]);
        kdi_engine_free(e);
    }
    kdi_data_close(d);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    put(data, size);
    kdi_arena *a = kdi_arena_new("fuzz");
    open_as("hdf5", KD_IMAGE, a);
    open_as("modelnet40", KD_POINTS, a);
    kdi_arena_free(a);
    return 0;
}
