/* Options: defaults, types, ranges, unknown names. */
#include "test.h"
#include "base/option.h"

typedef struct {
    kd_real T;
    int depth;
    bool nesterov;
    int variant;
    const char *file;
} box;

static const char *const variants[] = { "paper", "authors_code", NULL };
static const kd_option table[] = {
    KD_REAL(box, T, 4.5, 0.5, 100, "temperature"),
    KD_INT(box, depth, 8, 1, 110, "layers"),
    KD_BOOL(box, nesterov, true, "momentum's kind"),
    KD_CHOICE(box, variant, 1, variants, "whose formula"),
    KD_TEXT(box, file, "x.h5", "where"),
    { 0 },
};

static kdi_arena *arena;
static box b;

static kd_value *fresh(void)
{
    kd_error_clear();
    if (!arena)
        arena = kdi_arena_new("test");
    return kd_map(arena);
}

static int bind(const kd_value *map)
{
    memset(&b, 0x5a, sizeof b);
    return kdi_options_bind(table, &b, map, "kd");
}

/* one option set to `v` must be refused with a message that has all the words */
static void refused(const char *name, kd_value *v, const char *found, const char *wanted)
{
    kd_value *m = kd_map(arena);
    kd_set(m, name, v);
    kd_error_clear();
    CHECK_INT(bind(m), KD_E_USAGE);
    CHECK_HAS(kd_error_message(), "kd: ");
    CHECK_HAS(kd_error_message(), name);
    CHECK_HAS(kd_error_message(), found);
    CHECK_HAS(kd_error_message(), wanted);
    kd_error_clear();
}

TEST("without a map every option has its default")
{
    fresh();
    CHECK_INT(bind(NULL), KD_OK);
    CHECK_NEAR(b.T, 4.5, 0);
    CHECK_INT(b.depth, 8);
    CHECK(b.nesterov);
    CHECK_INT(b.variant, 1);
    CHECK_TEXT(b.file, "x.h5");
}

TEST("each type takes its value, and what is not said keeps its default")
{
    kd_value *m = fresh();
    kd_set_int(m, "T", 2);
    kd_set_number(m, "depth", 20.0);
    kd_set_bool(m, "nesterov", false);
    kd_set_text(m, "variant", "paper");
    CHECK_INT(bind(m), KD_OK);
    CHECK_NEAR(b.T, 2, 0);
    CHECK_INT(b.depth, 20);
    CHECK(!b.nesterov);
    CHECK_INT(b.variant, 0);
    CHECK_TEXT(b.file, "x.h5");
}

TEST("an unknown option is refused and the known ones are listed")
{
    fresh();
    refused("temperature", kd_int(arena, 4), "temperature", "T, depth, nesterov, variant, file");
}

TEST("an owner without options says so")
{
    kd_value *m = fresh();
    kd_set_int(m, "T", 4);
    CHECK_INT(kdi_options_bind(NULL, NULL, m, "none"), KD_E_USAGE);
    CHECK_HAS(kd_error_message(), "none: there is no option T; it has none");
    kd_error_clear();
}

TEST("a value out of range names the value and the range")
{
    fresh();
    refused("T", kd_number(arena, 0.25), "is 0.25", "0.5..100");
    refused("T", kd_number(arena, NAN), "is nan", "0.5..100");
    refused("depth", kd_int(arena, 111), "is 111", "1..110");
    refused("depth", kd_number(arena, 1e18), "is 1e+18", "1..110");
}

TEST("a wrong type names what was found and what is wanted")
{
    fresh();
    refused("T", kd_string(arena, "four"), "\"four\"", "a number");
    refused("depth", kd_number(arena, 8.5), "8.5", "an integer");
    refused("nesterov", kd_int(arena, 1), "is 1", "true or false");
    refused("variant", kd_string(arena, "mine"), "\"mine\"", "one of paper, authors_code");
    refused("variant", kd_int(arena, 1), "is 1", "one of paper, authors_code");
    refused("file", kd_list(arena), "a list", "a text");
}

TEST("the ends of a range are inside it")
{
    kd_value *m = fresh();
    kd_set_number(m, "T", 0.5);
    kd_set_int(m, "depth", 110);
    CHECK_INT(bind(m), KD_OK);
}

TEST("what was bound can be read back by name")
{
    kd_value *m = fresh();
    kd_set_int(m, "depth", 20);
    CHECK_INT(bind(m), KD_OK);
    kd_value *all = kdi_options_values(table, &b, arena);
    CHECK_INT(all->n, 5);
    CHECK_INT(kd_get_int(all, "depth", 0), 20);
    CHECK_NEAR(kd_get_number(all, "T", 0), 4.5, 0);
    CHECK_TEXT(kd_get_text(all, "variant", ""), "authors_code");
}

TEST("a description has the declared default, range and choices")
{
    fresh();
    kd_value *list = kdi_options_describe(table, arena);
    CHECK_INT(list->n, 5);
    CHECK_TEXT(kd_get_text(list->item[0], "name", ""), "T");
    CHECK_TEXT(kd_get_text(list->item[0], "type", ""), "real");
    CHECK_NEAR(kd_get_number(list->item[0], "max", 0), 100, 0);
    CHECK_NEAR(kd_get_number(list->item[0], "default", 0), 4.5, 0);
    CHECK_INT(kd_get(list->item[3], "choice")->n, 2);
    CHECK_TEXT(kd_get_text(list->item[3], "default", ""), "authors_code");
    CHECK_TEXT(kd_get_text(list->item[4], "help", ""), "where");
}

TEST_MAIN
