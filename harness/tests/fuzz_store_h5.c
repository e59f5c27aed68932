/* Any bytes as an HDF5 file: read as a tree, as reference vectors, as a run, as a teacher cache, as
 * somebody's weights.
 * With KDI_FUZZ_DIRECT in this process, where a crash may be HDF5's own; else as the program does.
 */
#include "store/golden.h"
#include "store/store.h"
#include "store/teacher_cache.h"
#include "store/tree.h"
#include "store/weights_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { CASES = 4 };

static char path[] = "fuzz-XXXXXX"; /* in the folder where we run */

/* whoever refuses says why; whoever accepts says nothing */
static bool promised(int code)
{
    KD_ASSERT((code == KD_OK) == !kd_failed());
    KD_ASSERT(code == KD_OK || strlen(kd_error_message()) > 0);
    kd_error_clear();
    return code == KD_OK;
}

static void as_tree(kdi_arena *a)
{
    char hex[KDI_SHA256_HEX];
    kd_value *tree;
#ifdef KDI_FUZZ_DIRECT
    if (promised(kdi_tree_read(path, NULL, NULL, a, &tree)))
#else
    if (promised(kdi_h5_read(path, NULL, NULL, a, &tree)))
#endif
        promised(kdi_tree_sha256(tree, hex));
}

static void as_vectors(kdi_arena *a)
{
    kd_value *list, *out;
    if (promised(kdi_golden_list(path, a, &list)))
        for (int64_t i = 0; i < list->n && i < CASES; i++)
            promised(kdi_golden_case(path, kd_get_text(list->item[i], "method", ""),
                                     kd_get_text(list->item[i], "case", ""), a, &out));
    if (promised(kdi_golden_models(path, a, &list)))
        for (int64_t i = 0; i < list->n && i < CASES; i++)
            promised(kdi_golden_model(path, list->item[i]->text, a, &out));
}

static void as_cache(kdi_arena *a)
{
    kdi_cache *cache;
    kd_value *key = kd_map(a);
    kd_set_text(key, "teacher", "abc");
    if (!promised(kdi_cache_open(path, key, &cache)))
        return;
    promised(kdi_cache_verify(cache));
    kd_error_clear();
    kdi_cache_close(cache);
}

static void as_weights(kdi_arena *a)
{
    char hex[KDI_SHA256_HEX];
    kd_value *file;
    if (promised(kdi_weights_read(path, NULL, a, &file)))
        promised(kdi_tree_sha256(kd_get(file, "tensor"), hex));
}

/* Says in the superblock that the file ends where it ends: HDF5 looks at nothing else of a file
 * whose length is wrong, and most changes that a fuzzer makes change it. */
static void mend_length(FILE *out, const uint8_t *data, size_t size)
{
    enum { SIGNATURE = 8, END = 40 };
    uint64_t length = size;
    if (size < END + sizeof length || memcmp(data, "\211HDF\r\n\032\n", SIGNATURE) != 0)
        return;
    fseek(out, END, SEEK_SET);
    fwrite(&length, sizeof length, 1, out);
}

static void remove_file(void)
{
    remove(path);
}

static void write_file(const uint8_t *data, size_t size)
{
    static bool made;
    if (!made) {
        int fd = mkstemp(path);
        KD_ASSERT(fd >= 0);
        close(fd);
        atexit(remove_file);
        made = true;
    }
    FILE *out = fopen(path, "wb");
    KD_ASSERT(out && fwrite(data, 1, size, out) == size);
    mend_length(out, data, size);
    fclose(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    write_file(data, size);
    kdi_arena *a = kdi_arena_new("fuzz");
    kd_error_clear();
    as_tree(a);
    as_vectors(a);
    as_cache(a);
    as_weights(a);
    promised(kdi_run_verify(path));
    kdi_arena_free(a);
    return 0;
}
