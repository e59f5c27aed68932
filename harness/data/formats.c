/* Data sets of texts that are one table: its records, and folders of one file a text. */
#include "data/text.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* a mark that some editors put in front of UTF-8 */
static kdi_bytes without_mark(const kdi_bytes *file)
{
    kdi_bytes b = *file;
    if (b.size >= 3 && memcmp(b.data, "\xef\xbb\xbf", 3) == 0) {
        b.data += 3;
        b.size -= 3;
    }
    return b;
}

/* ---- AG News ---------------------------------------------------------------------------- */

enum { AG_LABEL, AG_TITLE, AG_DESCRIPTION, AG_FIELDS, AG_CLASSES = 4 };

static int ag_record(kd_texts *t, const kdi_csv *c, const kdi_field *f, char *room)
{
    int64_t label, title = f[AG_TITLE].n, all = title + 1 + f[AG_DESCRIPTION].n;
    if (c->line == 1 && kdi_field_is(f[AG_LABEL], "Class Index"))
        return KD_OK;
    KD_TRY(kdi_field_label(f[AG_LABEL], c->path, c->line, 1, AG_CLASSES, &label));
    memcpy(room, f[AG_TITLE].text, (size_t)title);
    room[title] = ' ';
    memcpy(room + title + 1, f[AG_DESCRIPTION].text, (size_t)f[AG_DESCRIPTION].n);
    return kd_texts_add(t, c->path, c->line, room, all, label);
}

int kdi_ag_news_part(kd_dataset *d, const kdi_bytes *file, kd_samples *out)
{
    const kdi_bytes plain = without_mark(file);
    kdi_csv c = kdi_csv_of(d->arena, &plain);
    kd_texts *t = kd_texts_new(d);
    char *room = kdi_alloc(d->arena, (size_t)plain.size + 2);
    kdi_field f[AG_FIELDS];
    for (bool more;;) {
        KD_TRY(kdi_csv_next(&c, f, AG_FIELDS, &more));
        if (!more)
            break;
        KD_TRY(ag_record(t, &c, f, room));
    }
    kd_texts_end(t, file->path, out);
    return KD_OK;
}

/* ---- SST-2 ------------------------------------------------------------------------------------
 */

int kdi_sst2_part(kd_dataset *d, const kdi_bytes *file, kd_samples *out)
{
    enum { SENTENCE, LABEL, FIELDS };
    const kdi_bytes plain = without_mark(file);
    kdi_lines l = kdi_lines_of(&plain);
    kd_texts *t = kd_texts_new(d);
    kdi_field f[FIELDS];
    int64_t label;
    bool more;
    KD_TRY(kdi_tsv_next(&l, f, FIELDS, &more));
    if (!more || !kdi_field_is(f[SENTENCE], "sentence") || !kdi_field_is(f[LABEL], "label"))
        return kd_error(KD_E_DATA, "%s:1: should be the header \"sentence\", tab, \"label\"",
                        file->path);
    for (;;) {
        KD_TRY(kdi_tsv_next(&l, f, FIELDS, &more));
        if (!more)
            break;
        KD_TRY(kdi_field_label(f[LABEL], l.path, l.number, 0, 1, &label));
        KD_TRY(kd_texts_add(t, l.path, l.number, f[SENTENCE].text, f[SENTENCE].n, label));
    }
    kd_texts_end(t, file->path, out);
    return KD_OK;
}

/* ---- folders ------------------------------------------------------------------------------------
 */

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool ends_in(const char *name, const char *ending)
{
    size_t n = strlen(name), m = strlen(ending);
    return n > m && strcmp(name + n - m, ending) == 0;
}

int kdi_folder_files(kd_dataset *d, const char *sub, const char *ending, const char *const **name,
                     int64_t *n)
{
    enum { FIRST_ROOM = 1024 };
    const char *path = kdi_format(d->arena, "%s/%s", d->folder, sub);
    DIR *folder = opendir(path);
    if (!folder)
        return kd_error(KD_E_FILE, "cannot open the folder %s: %s", path, strerror(errno));
    int64_t room = FIRST_ROOM;
    const char **list = kdi_alloc(d->arena, (size_t)room * sizeof *list);
    *n = 0;
    for (struct dirent *e; (e = readdir(folder));) {
        if (!ends_in(e->d_name, ending))
            continue;
        if (*n == room) {
            room *= 2;
            list = memcpy(kdi_alloc(d->arena, (size_t)room * sizeof *list), list,
                          (size_t)*n * sizeof *list);
        }
        list[(*n)++] = kdi_strdup(d->arena, e->d_name);
    }
    closedir(folder);
    qsort(list, (size_t)*n, sizeof *list, by_bytes);
    *name = list;
    return *n ? KD_OK : kd_error(KD_E_DATA, "%s: has no file *%s", path, ending);
}
