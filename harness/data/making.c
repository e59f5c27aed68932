/* What the makers of data sets have in common: the package, its progress, labels and clouds. */
#include "data/made.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>

enum { EVERY = 10 }; /* per cent */

static void say(void *watcher, double share)
{
    kdi_making *m = watcher;
    int now = (int)(100 * share) / EVERY * EVERY;
    if (now <= m->said || m->progress_fd < 0)
        return;
    m->said = now;
    dprintf(m->progress_fd, "kdbench: %s: %d %%\n", m->name, now);
}

static bool is_folder(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

int kdi_making_unpack(kdi_making *m, const kdi_unpack *u, const char *folder)
{
    kdi_unpack inside = *u;
    inside.progress = say;
    inside.watcher = m;
    if (is_folder(m->from))
        return kdi_unpack_folder(&inside, m->from);
    const char **name = kdi_alloc(m->arena, (size_t)u->n * sizeof *name + 1);
    for (int64_t i = 0; i < u->n; i++)
        name[i] = kdi_format(m->arena, "%s/%s", folder, u->name[i]);
    inside.name = name;
    return kdi_unpack_deb(&inside, m->from);
}

kd_value *kdi_making_texts(kdi_making *m, const char *const *text)
{
    kd_value *list = kd_list(m->arena);
    for (int64_t i = 0; i < m->manifest.rows; i++)
        kd_push(list, kd_string(m->arena, text[i]));
    return list;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int kdi_making_labels(kdi_making *m, kd_value *classes, int64_t **label)
{
    const char *const *class, **sorted;
    int64_t n = m->manifest.rows, different = 0;
    KD_TRY(kdi_table_column(m->arena, &m->manifest, "class", &class));
    sorted = kdi_alloc(m->arena, (size_t)n * sizeof *sorted + 1);
    memcpy(sorted, class, (size_t)n * sizeof *sorted);
    qsort(sorted, (size_t)n, sizeof *sorted, by_text);
    for (int64_t i = 0; i < n; i++)
        if (different == 0 || strcmp(sorted[i], sorted[different - 1]) != 0)
            sorted[different++] = sorted[i];
    for (int64_t i = 0; i < different; i++)
        kd_push(classes, kd_string(classes->arena, sorted[i]));
    *label = kdi_alloc(m->arena, (size_t)n * sizeof **label + 1);
    for (int64_t i = 0; i < n; i++)
        (*label)[i] =
            (const char **)bsearch(&class[i], sorted, (size_t)different, sizeof *sorted, by_text) -
            sorted;
    return KD_OK;
}

int kdi_making_cloud(const kdi_mesh *mesh, const kdi_bytes *file, const char *seed_name, float *to)
{
    uLong seed = crc32(0, (const Bytef *)seed_name, (uInt)strlen(seed_name));
    return kdi_mesh_sample(mesh, file->path, seed, KDI_CLOUD, to);
}
