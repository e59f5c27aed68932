/* WordNet's definitions: the real files where prepare put them, and small ones that are wrong. */
#include "data_files.h"

#include <time.h>

static kdi_arena *arena;
static kdi_data *data;

static int open_with(const char *where, const char *option, const char *value)
{
    kd_value *spec = kd_map(arena), *options = kd_map(arena);
    kd_set_text(spec, "name", "wordnet38");
    if (option)
        kd_set_text(options, option, value);
    kd_set(spec, "options", options);
    return kdi_data_open(&data, spec, where);
}

/* NULL where the real files are not */
static const char *real_folder(void)
{
    static char path[4096];
    const char *user = getenv("KD_DATA"), *cache = getenv("KD_CACHE"), *home = getenv("HOME");
    const char *parent[] = { user, cache, home, "/usr/share" };
    const char *below[] = { "wordnet38", "wordnet38", ".cache/kdbench/wordnet38", "wordnet" };
    for (int i = 0; i < 4; i++) {
        if (!parent[i])
            continue;
        snprintf(path, sizeof path, "%s/%s/data.noun", parent[i], below[i]);
        if (access(path, R_OK) == 0) {
            path[strlen(path) - strlen("/data.noun")] = '\0';
            return path;
        }
    }
    return NULL;
}

TEST("the real files give the published splits, at once")
{
    const char *where = real_folder();
    if (!where)
        skip();
    clock_t start = clock();
    CHECK_INT(open_with(where, NULL, NULL), KD_OK);
    CHECK((double)(clock() - start) / CLOCKS_PER_SEC < 5);
    CHECK_INT(data->part[KD_TRAIN].n, 75701);
    CHECK_INT(data->part[KD_VALIDATION].n, 9527);
    CHECK_INT(data->part[KD_TEST].n, 9651);
    CHECK_INT(data->set.vocabulary, 20000);
    kdi_data_close(data);
}

TEST("byte pairs of the real files are joined in seconds")
{
    const char *where = real_folder();
    if (!where)
        skip();
    clock_t start = clock();
    CHECK_INT(open_with(where, "tokenizer", "bpe"), KD_OK);
    CHECK((double)(clock() - start) / CLOCKS_PER_SEC < 20);
    CHECK_INT(data->set.vocabulary, 20000);
    kdi_data_close(data);
}

TEST("siblings stay together when the hypernym decides")
{
    const char *where = real_folder();
    if (!where)
        skip();
    CHECK_INT(open_with(where, "split", "hypernym"), KD_OK);
    CHECK_INT(data->part[KD_TRAIN].n, 76016);
    CHECK_INT(data->part[KD_VALIDATION].n, 9341);
    CHECK_INT(data->part[KD_TEST].n, 9522);
    kdi_data_close(data);
}

int main(void)
{
    arena = kdi_arena_new("test");
    return _cmocka_run_group_tests(__FILE__, kdi_test, kdi_ntest, NULL, NULL);
}
