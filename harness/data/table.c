/* Tables of texts between tabs. */
#include "data/table.h"

#include <string.h>

enum { LARGEST = 16 << 20 };

static int64_t count(const char *text, char what)
{
    int64_t n = 0;
    for (; *text; text++)
        n += *text == what;
    return n;
}

/* cuts a line into its fields; how many there are, of which the first `room` are kept */
static int cut(char *line, const char **field, int room)
{
    int n = 0;
    for (char *next = line; next; n++) {
        char *at = next;
        next = strchr(at, '\t');
        if (next)
            *next++ = '\0';
        if (n < room)
            field[n] = at;
    }
    return n;
}

static char *take_line(char **text)
{
    char *line = *text, *end = strchr(line, '\n');
    *text = end ? end + 1 : line + strlen(line);
    if (end)
        *end = '\0';
    return line;
}

int kdi_table_parse(kdi_arena *a, const kdi_bytes *file, kdi_table *t)
{
    char *text = kdi_alloc(a, (size_t)file->size + 1);
    if (file->size)
        memcpy(text, file->data, (size_t)file->size);
    text[file->size] = '\0';
    if ((int64_t)strlen(text) != file->size)
        return kd_error(KD_E_DATA, "%s: byte %zu is a zero, should be text", file->path,
                        strlen(text));
    int64_t lines = count(text, '\n') + 1;
    char *head = take_line(&text);
    *t = (kdi_table){ .path = file->path, .columns = (int)count(head, '\t') + 1 };
    t->name = kdi_alloc(a, (size_t)t->columns * sizeof *t->name);
    t->cell = kdi_alloc(a, (size_t)(lines * t->columns) * sizeof *t->cell);
    cut(head, t->name, t->columns);
    for (; *text; t->rows++) {
        int n = cut(take_line(&text), t->cell + t->rows * t->columns, t->columns);
        if (n != t->columns)
            return kd_error(KD_E_DATA, "%s:%lld: %d fields, should be %d", file->path,
                            (long long)t->rows + 2, n, t->columns);
    }
    return KD_OK;
}

int kdi_table_read(kdi_arena *a, const char *path, kdi_table *table)
{
    kdi_bytes file = { .path = path };
    KD_TRY(kdi_read_file(a, path, LARGEST, &file.data, &file.size));
    return kdi_table_parse(a, &file, table);
}

int kdi_table_column(kdi_arena *a, const kdi_table *t, const char *name, const char *const **to)
{
    int at = 0;
    while (at < t->columns && strcmp(t->name[at], name) != 0)
        at++;
    if (at == t->columns)
        return kd_error(KD_E_DATA, "%s: has no column '%s'", t->path, name);
    const char **column = kdi_alloc(a, (size_t)t->rows * sizeof *column + 1);
    for (int64_t i = 0; i < t->rows; i++)
        column[i] = t->cell[i * t->columns + at];
    *to = column;
    return KD_OK;
}
