/* Readers of texts: AG News, SST-2, IMDB and WordNet from small files, sound ones and wrong ones.
 */
#include "data_files.h"

#include "data/text.h"

static kdi_arena *arena;
static kdi_data *data;

static void put_text(const char *file, const char *text)
{
    put_file(file, text, strlen(text));
}

static int open_named(const char *name)
{
    kd_value *spec = kd_map(arena);
    kd_set_text(spec, "name", name);
    kd_error_clear();
    return kdi_data_open(&data, spec, folder);
}

static void opened(const char *name)
{
    if (open_named(name) != KD_OK)
        fail_msg("%s", kd_error_message());
}

/* the message has all of these */
static void refused(const char *name, int code, const char *a, const char *b)
{
    CHECK_INT(open_named(name), code);
    CHECK_HAS(kd_error_message(), a);
    CHECK_HAS(kd_error_message(), b);
    kd_error_clear();
}

static const char *text_of(const kd_samples *s, int64_t i)
{
    return kdi_format(arena, "%.*s", (int)(s->at[i + 1] - s->at[i]), s->text + s->at[i]);
}

/* `n` times each of `rows` */
static const char *repeated(const char *const *rows, int nrows, int n)
{
    char *all = kdi_strdup(arena, "");
    for (int i = 0; i < n; i++)
        for (int k = 0; k < nrows; k++)
            all = kdi_format(arena, "%s%s", all, rows[k]);
    return all;
}

/* ---- AG News ------------------------------------------------------------------------- */

static const char *const ag[] = { "\"3\",\"Wall St. \"\"Bears\"\"\",\"Reuters, again\"\n",
                                  "1,\"Two\nlines\",plain\r\n", "\"2\",a,\"b\"\n", "4,\"\",x\n" };

static void put_ag(void)
{
    folder_empty();
    put_text("train.csv", repeated(ag, 4, 10));
    put_text("test.csv", repeated(ag, 4, 1));
}

TEST("AG News: quotes, commas and line ends inside fields; title and description are one text")
{
    put_ag();
    opened("ag_news");
    CHECK_INT(data->set.test.n, 4);
    CHECK_INT(data->part[KD_TRAIN].n, 36);
    CHECK_INT(data->part[KD_VALIDATION].n, 4);
    CHECK_TEXT(text_of(&data->set.test, 0), "Wall St. \"Bears\" Reuters, again");
    CHECK_TEXT(text_of(&data->set.test, 1), "Two\nlines plain");
    CHECK_TEXT(text_of(&data->set.test, 3), " x");
    const int64_t label[] = { 2, 0, 1, 3 };
    for (int i = 0; i < 4; i++)
        CHECK_INT(data->set.test.label[i], label[i]);
    CHECK_TEXT(data->set.class_name[3], "Sci/Tech");
    kdi_data_close(data);
}

TEST("AG News: a header and a byte order mark are passed over")
{
    put_ag();
    put_text("test.csv", kdi_format(arena,
                                    "\xef\xbb\xbf"
                                    "Class Index,Title,Description\n%s",
                                    repeated(ag, 4, 1)));
    opened("ag_news");
    CHECK_INT(data->set.test.n, 4);
    kdi_data_close(data);
}

static void ag_refused(const char *test, const char *a, const char *b)
{
    put_ag();
    put_text("test.csv", test);
    refused("ag_news", KD_E_DATA, a, b);
}

TEST("AG News: what is wrong is said with its line")
{
    ag_refused("1,a,b\n\"2\nx\",c\n", "test.csv:2:", "2 fields, should be 3");
    ag_refused("1,a,b\n1,\"a\nb,c\n", "test.csv:2:", "a quote begins here and does not end");
    ag_refused("1,a,b\n\n", "test.csv:2:", "1 fields, should be 3");
    ag_refused("1,a,b,c\n", "test.csv:1:", "4 fields, should be 3");
    ag_refused("1,a,b\n5,a,b\n", "test.csv:2:", "label '5', should be 1..4");
    ag_refused("1,a,b\n0,a,b\n", "test.csv:2:", "label '0', should be 1..4");
    ag_refused("World,a,b\n", "test.csv:1:", "label 'World'");
    ag_refused("99999999999999999999999,a,b\n", "test.csv:1:", "should be 1..4");
    ag_refused("1,\"a\"x,b\n", "test.csv:1:", "byte 0x78 after a closing quote");
    ag_refused("1,a\"x,b\n", "test.csv:1:", "a quote inside a field");
    ag_refused("1,a,b\rc\n", "test.csv:1:", "carriage return");
    ag_refused("1,\"a\n\n\",\"\xff\"\n", "test.csv:1:", "0xff, which is not UTF-8");
    ag_refused("1,a,b\n2,\"\",\" \"\n", "test.csv:2:", "an empty text");
    ag_refused("", "test.csv", "no test samples");
}

TEST("AG News: NUL bytes and texts of more than a megabyte are refused")
{
    enum { LONG = (1 << 20) + 100 };
    char *text = kdi_alloc(arena, LONG + 1);
    put_ag();
    put_file("test.csv", "1,a,b\n1,a\0c,b\n", 15);
    refused("ag_news", KD_E_DATA, "test.csv:2:", "NUL");
    memset(text, 'a', LONG);
    memcpy(text, "1,a,b\n1,", 8);
    memcpy(text + LONG - 3, ",b\n", 3);
    put_file("test.csv", text, LONG);
    refused("ag_news", KD_E_DATA, "test.csv:2:", "should have at most 1048576");
    unlink(in_folder("test.csv"));
    refused("ag_news", KD_E_FILE, "test.csv is missing", "");
}

/* ---- SST-2 ----------------------------------------------------------------------------- */

static const char *const sst[] = { "it 's a \"good\" film \t1\n", "dull , dull\t0\n" };

static void put_sst(const char *dev)
{
    folder_empty();
    put_text("train.tsv", kdi_format(arena, "sentence\tlabel\n%s", repeated(sst, 2, 10)));
    put_text("dev.tsv", dev);
}

TEST("SST-2: a header, then a sentence and its label")
{
    put_sst("sentence\tlabel\r\nfine\t1\r\n\xc3\xa9t\xc3\xa9\t0");
    opened("sst2");
    CHECK_INT(data->set.train.n, 20);
    CHECK_INT(data->set.test.n, 2);
    CHECK_TEXT(text_of(&data->set.train, 0), "it 's a \"good\" film ");
    CHECK_TEXT(text_of(&data->set.test, 1), "\xc3\xa9t\xc3\xa9");
    CHECK_INT(data->set.test.label[0], 1);
    CHECK_INT(data->set.test.label[1], 0);
    kdi_data_close(data);
}

TEST("SST-2: what is wrong is said with its line")
{
    static const char *const wrong[][3] = {
        { "fine\t1\n", "dev.tsv:1:", "should be the header" },
        { "", "dev.tsv:1:", "should be the header" },
        { "sentence\tlabel\nfine\n", "dev.tsv:2:", "1 fields with tabs" },
        { "sentence\tlabel\nfine\t1\t2\n", "dev.tsv:2:", "3 fields with tabs" },
        { "sentence\tlabel\nfine\t1\nbad\t2\n", "dev.tsv:3:", "label '2', should be 0..1" },
        { "sentence\tlabel\nfine\t\n", "dev.tsv:2:", "label '', should be 0..1" },
        { "sentence\tlabel\n \t1\n", "dev.tsv:2:", "an empty text" },
        { "sentence\tlabel\na\t1\nb\xe2\x82\t1\n", "dev.tsv:3:", "byte 2 of the text is 0xe2" },
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        put_sst(wrong[i][0]);
        refused("sst2", KD_E_DATA, wrong[i][1], wrong[i][2]);
    }
}

/* ---- IMDB -------------------------------------------------------------------------------- */

static const char *const imdb_folder[] = { "train", "train/neg", "train/pos",
                                           "test",  "test/neg",  "test/pos" };

static void put_imdb(void)
{
    folder_empty();
    for (int i = 0; i < 6; i++)
        mkdir(in_folder(imdb_folder[i]), 0777);
    for (int i = 0; i < 10; i++) {
        put_text(kdi_format(arena, "train/neg/%d_1.txt", i), kdi_format(arena, "dull %d", i));
        put_text(kdi_format(arena, "train/pos/%d_9.txt", i), "good<br /><br />film");
    }
    put_text("test/neg/0_2.txt", "no");
    put_text("test/pos/0_8.txt", "yes");
}

static void remove_imdb(void)
{
    static const char *const part[] = { "train/neg", "train/pos", "test/neg", "test/pos" };
    for (int i = 0; i < 4; i++)
        for (int k = 0; k < 10; k++)
            for (int stars = 0; stars < 10; stars++)
                unlink(in_folder(kdi_format(arena, "%s/%d_%d.txt", part[i], k, stars)));
    for (int i = 5; i >= 0; i--)
        rmdir(in_folder(imdb_folder[i]));
}

TEST("IMDB: a file a review, in the order of their names; line breaks are blanks")
{
    put_imdb();
    put_text("train/neg/notes.md", "not a review");
    opened("imdb");
    CHECK_INT(data->set.train.n, 20);
    CHECK_INT(data->set.test.n, 2);
    CHECK_TEXT(text_of(&data->set.train, 3), "dull 3");
    CHECK_TEXT(text_of(&data->set.train, 10), "good            film");
    CHECK_INT(data->set.train.label[9], 0);
    CHECK_INT(data->set.train.label[10], 1);
    kdi_data_close(data);
    unlink(in_folder("train/neg/notes.md"));
}

TEST("IMDB: what is wrong is said with its file")
{
    put_imdb();
    put_text("test/pos/0_8.txt", "caf\xe9");
    refused("imdb", KD_E_DATA, "test/pos/0_8.txt: byte 4", "0xe9, which is not UTF-8");
    put_text("test/pos/0_8.txt", "<br />\n");
    refused("imdb", KD_E_DATA, "test/pos/0_8.txt:", "an empty text");
    unlink(in_folder("test/pos/0_8.txt"));
    refused("imdb", KD_E_DATA, "test/pos", "has no file *.txt");
    rmdir(in_folder("test/pos"));
    refused("imdb", KD_E_FILE, "cannot open the folder", "test/pos");
    remove_imdb();
}

/* ---- WordNet ------------------------------------------------------------------------------- */

static kdi_synset synset;

static int parse(const char *line)
{
    static kdi_bytes file;
    bool more;
    file = (kdi_bytes){ "data.noun", (const uint8_t *)line, (int64_t)strlen(line) };
    kdi_lines l = kdi_lines_of(&file);
    kd_error_clear();
    return kdi_wordnet_next(&l, &synset, &more);
}

TEST("WordNet: a synset's file, first hypernym, and definition without its examples")
{
    CHECK_INT(parse("  1 licence\n00002573 29 v 02 respire 2 breathe 0 002 $ 00001740 v 0000 @ "
                    "00001741 v 0000 01 + 02 00 | breathe easily; again, \"so\"; \"he breathed\"; "
                    "\"x\"  \n"),
              KD_OK);
    CHECK_INT(synset.line, 2);
    CHECK_INT(synset.lexfile, 29);
    CHECK(memcmp(synset.offset, "00002573", 8) == 0);
    CHECK(memcmp(synset.hypernym, "00001741", 8) == 0);
    CHECK_TEXT(kdi_format(arena, "%.*s", (int)synset.ndefinition, synset.definition),
               "breathe easily; again, \"so\"");
    CHECK_INT(parse("00001740 03 n 01 entity 0 001 @i 00001930 n 0000 | that"), KD_OK);
    CHECK(memcmp(synset.hypernym, "00001930", 8) == 0);
    CHECK_INT(parse("00001740 03 n 01 entity 0 001 ~i 00001930 n 0000 | that"), KD_OK);
    CHECK(synset.hypernym == NULL);
}

TEST("WordNet: a line that is no synset is refused with what it should have")
{
    static const char *const wrong[][2] = {
        { "00001740 03 n 01 entity 0 000 that", "a gloss behind '|'" },
        { "0001740 03 n 01 entity 0 000 | that", "an offset of 8 digits" },
        { "0000174x 03 n 01 entity 0 000 | that", "an offset of 8 digits" },
        { "00001740 45 n 01 entity 0 000 | that", "a lexicographer file below 45" },
        { "00001740 3 n 01 entity 0 000 | that", "2 digits" },
        { "00001740 03 n 0g entity 0 000 | that", "2 hexadecimal digits" },
        { "00001740 03 n ff entity 0 000 | that", "the number of pointers" },
        { "00001740 03 n 01 entity 0 002 @ 00001930 n 0000 | that", "a pointer's offset" },
        { "00001740 03 n 01 entity 0 001 @ 00001930 n 00 | that", "source and target" },
        { "", "" },
        { "\n", "a gloss" },
        { "| that", "an offset" },
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        CHECK_INT(parse(wrong[i][0]), *wrong[i][0] ? KD_E_DATA : KD_OK);
        CHECK_HAS(kd_error_message(), wrong[i][1]);
    }
    kd_error_clear();
}

int main(void)
{
    arena = kdi_arena_new("test");
    folder_make();
    setenv("KD_CACHE", "/nonexistent", 1);
    int failed = _cmocka_run_group_tests(__FILE__, kdi_test, kdi_ntest, NULL, NULL);
    folder_remove();
    return failed;
}
