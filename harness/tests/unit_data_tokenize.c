/* Tokenisers: what a word is, which words have numbers, which pairs of bytes are joined. */
#include "data_files.h"

#include "data/tokenize.h"

static kdi_arena *arena;

/* ---- UTF-8 --------------------------------------------------------------------------- */

static int64_t bad(const char *text)
{
    return kdi_utf8_bad(text, (int64_t)strlen(text));
}

TEST("what is not UTF-8 is found where it begins")
{
    CHECK_INT(bad("caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80"), 14);
    CHECK_INT(bad("caf\xe9"), 3);                /* Latin-1 */
    CHECK_INT(bad("ab\xc0\xaf"), 2);             /* overlong '/' */
    CHECK_INT(bad("ab\xe0\x80\xaf"), 2);         /* the same in three bytes */
    CHECK_INT(bad("a\xed\xa0\x80"), 1);          /* a surrogate */
    CHECK_INT(bad("a\xf4\x90\x80\x80"), 1);      /* above 10FFFF */
    CHECK_INT(bad("abc\xe2\x82"), 3);            /* cut off */
    CHECK_INT(bad("abc\x82"), 3);                /* begins in the middle */
    CHECK_INT(kdi_utf8_bad("ab\0cd", 5), 2);     /* NUL */
    CHECK_INT(kdi_utf8_bad("ab\xc3\xa9", 3), 2); /* what follows is not ours */
    CHECK_INT(kdi_utf8_bad("", 0), 0);
}

static const char *words_of(const char *text)
{
    static char out[256], low[256];
    int64_t n = (int64_t)strlen(text), size;
    const char *at = low, *word;
    kdi_lower(text, n, low);
    out[0] = '\0';
    while (kdi_next_word(&at, low + n, &word, &size)) {
        strncat(out, word, (size_t)size);
        strcat(out, "|");
    }
    return out;
}

TEST("words are runs of letters and digits in lower case")
{
    CHECK_TEXT(words_of("It's 3.5-fold; \"so\""), "it|s|3|5|fold|so|");
    CHECK_TEXT(words_of("Caf\xc3\x89\xe2\x80\x94NA\xc3\x8fVE"), "caf\xc3\xa9|na\xc3\xafve|");
    CHECK_TEXT(words_of("\xce\xa3\xce\xa9 \xd0\x96\xd0\xa3 \xc5\xbd\xc4\x84"),
               "\xcf\x83\xcf\x89|\xd0\xb6\xd1\x83|\xc5\xbe\xc4\x85|");
    CHECK_TEXT(words_of("\xe6\x97\xa5\xe6\x9c\xac\xe3\x80\x82\xe8\xaa\x9e"),
               "\xe6\x97\xa5\xe6\x9c\xac|\xe8\xaa\x9e|");
    CHECK_TEXT(words_of(" ,;- "), "");
}

/* ---- data sets ------------------------------------------------------------------------- */

static const char *const *text;
static int64_t ntext;
static kd_tokenizer tokenizer;

/* two classes by turns; every text is in all splits */
static int open_texts(kd_dataset *d, const void *self)
{
    (void)self;
    kd_samples *part[] = { &d->train, &d->validation, &d->test };
    for (int s = 0; s < 3; s++) {
        kd_texts *t = kd_texts_new(d);
        for (int64_t i = 0; i < ntext; i++)
            KD_TRY(kd_texts_add(t, "texts", i + 1, text[i], (int64_t)strlen(text[i]), i % 2));
        kd_texts_end(t, "texts", part[s]);
    }
    d->classes = 2;
    d->tokenizer = tokenizer;
    return KD_OK;
}

static const kd_dataset_class made = { .name = "made", .open = open_texts };

static kdi_data *open_made(const char *const *from, int64_t n, kd_tokenizer how)
{
    kdi_data *d;
    text = from;
    ntext = n;
    tokenizer = how;
    if (kdi_data_open_class(&d, &made, NULL, folder) != KD_OK)
        fail_msg("%s", kd_error_message());
    return d;
}

/* "2 3 1" */
static const char *tokens_of(const kd_samples *s, int64_t i)
{
    static char out[1024];
    int n = 0;
    out[0] = '\0';
    for (int64_t k = s->begins[i]; k < s->begins[i + 1]; k++)
        n += snprintf(out + n, sizeof out - (size_t)n, "%s%d", n ? " " : "", s->token[k]);
    return out;
}

static const char *const fruit[] = { "pear apple fig", "Apple apple, plum!", "plum kiwi; pear",
                                     "--- !!!" };

TEST("words are numbered by frequency, equal ones by their bytes")
{
    kdi_data *d = open_made(fruit, 4, (kd_tokenizer){ KD_WORDS, 100, 8, 1 });
    /* apple 3, pear 2, plum 2, fig 1, kiwi 1 */
    CHECK_INT(d->set.vocabulary, 7);
    CHECK_TEXT(tokens_of(&d->set.train, 0), "3 2 5");
    CHECK_TEXT(tokens_of(&d->set.train, 1), "2 2 4");
    CHECK_TEXT(tokens_of(&d->set.test, 2), "4 6 3");
    kdi_data_close(d);
}

TEST("a text without a word is one unknown word")
{
    kdi_data *d = open_made(fruit, 4, (kd_tokenizer){ KD_WORDS, 100, 8, 1 });
    CHECK_TEXT(tokens_of(&d->set.train, 3), "1");
    kdi_data_close(d);
}

TEST("rare words, and those beyond the vocabulary, are unknown; what is too long is cut off")
{
    kdi_data *d = open_made(fruit, 4, (kd_tokenizer){ KD_WORDS, 100, 8, 2 });
    CHECK_INT(d->set.vocabulary, 5);
    CHECK_TEXT(tokens_of(&d->set.train, 2), "4 1 3");
    kdi_data_close(d);
    d = open_made(fruit, 4, (kd_tokenizer){ KD_WORDS, 4, 2, 1 });
    CHECK_INT(d->set.vocabulary, 4);
    CHECK_TEXT(tokens_of(&d->set.train, 0), "3 2");
    CHECK_TEXT(tokens_of(&d->set.train, 2), "1 1");
    kdi_data_close(d);
}

/* ---- byte pairs ---------------------------------------------------------------------------- */

enum { B = KDI_FIRST_TOKEN, M = KDI_FIRST_MERGE };

TEST("the most frequent pair is joined first, equal ones in the order of their bytes")
{
    /* pieces " abab" twice and " ab" once: ab 5, ' 'a 3, ba 2; then ' '+ab 3, ab+ab 2 */
    static const char *const t[] = { "abab abab", "ab", "x", "y" };
    kdi_data *d = open_made(t, 4, (kd_tokenizer){ KD_BPE, 1000, 8, 1 });
    CHECK_INT(d->set.vocabulary, M + 3);
    CHECK_TEXT(tokens_of(&d->set.train, 1), kdi_format(arena, "%d", M + 1));
    CHECK_TEXT(tokens_of(&d->set.train, 0), kdi_format(arena, "%d %d", M + 2, M + 2));
    CHECK_TEXT(tokens_of(&d->set.train, 2), kdi_format(arena, "%d %d", B + ' ', B + 'x'));
    kdi_data_close(d);
}

/* the same by counting everything anew before each merge */
enum { MOST_TOKENS = 40000 };
static int32_t plain[MOST_TOKENS];

static bool best_pair(int64_t n, int32_t best[2])
{
    static int64_t count[700][700];
    memset(count, 0, sizeof count);
    int64_t top = 1;
    for (int64_t i = 0; i + 1 < n; i++)
        if (plain[i] >= 0 && plain[i + 1] >= 0)
            count[plain[i]][plain[i + 1]]++;
    for (int32_t a = 0; a < 700; a++)
        for (int32_t b = 0; b < 700; b++)
            if (count[a][b] > top) {
                top = count[a][b];
                best[0] = a;
                best[1] = b;
            }
    return top > 1;
}

static int64_t join_all(int64_t n, const int32_t pair[2], int32_t token)
{
    int64_t kept = 0;
    for (int64_t i = 0; i < n; i++) {
        bool here = i + 1 < n && plain[i] == pair[0] && plain[i + 1] == pair[1];
        plain[kept++] = here ? token : plain[i];
        i += here;
    }
    return kept;
}

TEST("merges are those that counting anew each time gives")
{
    enum { PIECES = 400, MERGES = 300 };
    kd_rng r = kdi_rng(1, 2, 3);
    kdi_words *pieces = kdi_words_new(arena);
    int64_t n = 0;
    for (int i = 0; i < PIECES; i++) {
        char piece[24];
        int64_t size = 1 + kdi_below(&r, 23);
        for (int64_t k = 0; k < size; k++)
            piece[k] = (char)('a' + kdi_below(&r, 1 + kdi_below(&r, 6)));
        kdi_words_add(pieces, piece, size);
        for (int64_t k = 0; k < size; k++)
            plain[n++] = B + piece[k];
        plain[n++] = -1;
    }
    const int32_t(*merge)[2];
    int64_t found = kdi_bpe_learn(pieces, MERGES, 1, arena, &merge);
    int32_t best[2] = { 0, 0 };
    CHECK(found > 100);
    for (int32_t i = 0; i < found; i++) {
        CHECK(best_pair(n, best));
        CHECK_INT(merge[i][0], best[0]);
        CHECK_INT(merge[i][1], best[1]);
        n = join_all(n, best, M + i);
    }
    CHECK(found == MERGES || !best_pair(n, best));
}

static int64_t spell(const kdi_vocabulary *v, int32_t token, char *out)
{
    if (token < M) {
        *out = (char)(token - B);
        return 1;
    }
    int64_t n = spell(v, v->merge[token - M][0], out);
    return n + spell(v, v->merge[token - M][1], out + n);
}

TEST("tokens of byte pairs spell the text, its spaces made one")
{
    static const char *const t[] = { "\xc3\xa9t\xc3\xa9 \xc3\xa9t\xc3\xa9, the\t\n the theme",
                                     "then theirs" };
    kd_samples s = { .n = 2, .text = t[0] };
    const int64_t at[] = { 0, (int64_t)strlen(t[0]) }, place = 0;
    s.at = at;
    const kdi_corpus corpus = { &s, &place, 1 };
    const kd_tokenizer how = { KD_BPE, M + 5, 99, 1 };
    kdi_vocabulary v = { .kind = KD_BPE };
    char room[256], out[256];
    int32_t token[99];
    kdi_bytes_learn(&corpus, &how, room, arena, &v);
    kdi_bytes_ready(&v, arena);
    CHECK(v.nmerge > 0 && v.nmerge <= 5);
    const char *want[] = { " \xc3\xa9t\xc3\xa9 \xc3\xa9t\xc3\xa9, the the theme", " then theirs" };
    for (int i = 0; i < 2; i++) {
        int64_t n = kdi_bytes_encode(&v, t[i], (int64_t)strlen(t[i]), 99, token), size = 0;
        CHECK(n < (int64_t)strlen(t[i]));
        for (int64_t k = 0; k < n; k++)
            size += spell(&v, token[k], out + size);
        out[size] = '\0';
        CHECK_TEXT(out, want[i]);
    }
}

TEST("a megabyte of one word takes no longer than it must")
{
    enum { LONG = 1 << 20 };
    char *word = kdi_alloc(arena, LONG + 1);
    memset(word, 'a', LONG);
    word[LONG] = '\0';
    const char *const t[] = { word, "b", word, "b" };
    for (int kind = KD_WORDS; kind <= KD_BPE; kind++) {
        kdi_data *d = open_made(t, 4, (kd_tokenizer){ kind, 500, 16, 1 });
        CHECK(d->set.train.begins[1] <= 16);
        kdi_data_close(d);
    }
}

TEST("byte pairs need room for all bytes")
{
    kdi_data *d;
    text = fruit;
    ntext = 4;
    tokenizer = (kd_tokenizer){ KD_BPE, 258, 8, 1 };
    CHECK_INT(kdi_data_open_class(&d, &made, NULL, folder), KD_E_USAGE);
    CHECK_HAS(kd_error_message(), "vocabulary = 258, should be at least 259");
    kd_error_clear();
}

/* ---- the cache ---------------------------------------------------------------------------------
 */

/* the one file in the folder of vocabularies; "" when there is none */
static const char *kept_file(void)
{
    static char path[1024];
    const char *kept = in_folder("vocabulary");
    DIR *d = opendir(kept);
    char found[512] = "";
    for (struct dirent *e; d && (e = readdir(d));)
        if (e->d_name[0] != '.')
            snprintf(found, sizeof found, "%s", e->d_name);
    if (d)
        closedir(d);
    snprintf(path, sizeof path, "%s/%s", in_folder("vocabulary"), found);
    return found[0] ? path : "";
}

static void damage(const char *path)
{
    FILE *f = fopen(path, "r+b");
    CHECK(f != NULL);
    fseek(f, -3, SEEK_END);
    fputc('#', f);
    fclose(f);
}

TEST("a vocabulary is kept, found again, and learned anew when its file is damaged")
{
    setenv("KD_CACHE", folder, 1);
    for (int kind = KD_WORDS; kind <= KD_BPE; kind++) {
        const kd_tokenizer how = { kind, 1000, 8, 1 };
        for (int round = 0; round < 4; round++) {
            kdi_data *d = open_made(fruit, 4, how);
            CHECK(*kept_file() != '\0');
            CHECK_TEXT(tokens_of(&d->set.train, 1),
                       kind == KD_WORDS ? "2 2 4" : tokens_of(&d->set.test, 1));
            const kdi_corpus corpus = { &d->set.train, d->cut.kept, d->cut.nkept };
            kdi_vocabulary v = { .kind = kind };
            char key[KDI_SHA256_HEX];
            kdi_vocabulary_key(&corpus, &how, key);
            CHECK(kdi_vocabulary_read(key, arena, &v));
            CHECK_INT(v.size, d->set.vocabulary);
            if (round == 1) {
                damage(kept_file());
                CHECK(!kdi_vocabulary_read(key, arena, &v));
                CHECK(!kd_failed());
            }
            kdi_data_close(d);
        }
        CHECK_INT(unlink(kept_file()), 0);
    }
    unsetenv("KD_CACHE");
}

TEST("the key of a vocabulary is that of its texts and settings")
{
    kdi_data *d = open_made(fruit, 4, (kd_tokenizer){ KD_WORDS, 100, 8, 1 });
    kdi_corpus corpus = { &d->set.train, d->cut.kept, d->cut.nkept };
    const kd_tokenizer how[] = { { KD_WORDS, 100, 8, 1 },
                                 { KD_WORDS, 101, 8, 1 },
                                 { KD_BPE, 100, 8, 1 },
                                 { KD_WORDS, 100, 8, 2 },
                                 { KD_WORDS, 100, 9, 1 } };
    char key[7][KDI_SHA256_HEX];
    for (int i = 0; i < 5; i++)
        kdi_vocabulary_key(&corpus, &how[i], key[i]);
    corpus.n = 3;
    kdi_vocabulary_key(&corpus, &how[0], key[5]);
    for (int i = 1; i < 6; i++)
        CHECK((strcmp(key[0], key[i]) == 0) == (i == 4)); /* the length changes no vocabulary */
    kdi_data_close(d);
}

/* ---- batches
 * ------------------------------------------------------------------------------------- */

static void take(kd_engine *e, const kdi_data *d, const char *augment, int64_t epoch,
                 int64_t out[16])
{
    const int64_t sample[] = { 0, 1 };
    kdi_ask ask = { .split = KD_TRAIN,
                    .sample = sample,
                    .n = 2,
                    .epoch = epoch,
                    .augment = kdi_augment_named(augment) };
    kdi_batch *b = kdi_data_batch(e, d, &ask);
    CHECK(b->input[KD_IMAGE] == NULL);
    CHECK_INT(kd_numel(b->input[KD_TOKENS]), 16);
    memcpy(out, kd_i64s(b->input[KD_TOKENS]), 16 * sizeof *out);
}

TEST("a batch of texts is padded with zeros; dropped words are unknown, and other ones each epoch")
{
    static const char *const t[] = { "a b c d e f g h", "a b c", "c", "d" };
    kd_engine *e = kdi_engine_new();
    kdi_data *d = open_made(t, 4, (kd_tokenizer){ KD_WORDS, 100, 8, 1 });
    int64_t plain_batch[16], dropped[16], unknown = 0, words = 0, same = 0;
    take(e, d, "none", 0, plain_batch);
    CHECK_INT(plain_batch[7] > 1, 1);
    for (int i = 11; i < 16; i++)
        CHECK_INT(plain_batch[i], 0);
    for (int64_t epoch = 0; epoch < 400; epoch++) {
        take(e, d, "word_dropout_strong", epoch, dropped);
        same += memcmp(plain_batch, dropped, sizeof dropped) == 0;
        for (int i = 0; i < 16; i++) {
            CHECK(dropped[i] == plain_batch[i] || (dropped[i] == 1 && plain_batch[i] > 1));
            unknown += dropped[i] == 1;
            words += plain_batch[i] > 1;
        }
        kdi_step_reset(e);
    }
    CHECK_NEAR((double)unknown / (double)words, 0.3, 0.03); /* 4,400 draws: 4 deviations */
    CHECK(same < 40);
    kdi_engine_free(e);
    kdi_data_close(d);
}

TEST("an augmentation of images is refused with the names of those for texts")
{
    kdi_data *d;
    kd_value *spec = kd_map(arena);
    kd_set_text(spec, "augment", "crop");
    text = fruit;
    ntext = 4;
    tokenizer = (kd_tokenizer){ KD_WORDS, 100, 8, 1 };
    CHECK_INT(kdi_data_open_class(&d, &made, spec, folder), KD_E_USAGE);
    CHECK_HAS(kd_error_message(), "augment = 'crop' does nothing");
    CHECK_HAS(kd_error_message(), "none, word_dropout, word_dropout_strong");
    kd_error_clear();
}

/* ---- shared memory
 * --------------------------------------------------------------------------------- */

TEST("who maps the shared memory gets the same tokens, without texts")
{
    int fd;
    kdi_data *d = open_made(fruit, 4, (kd_tokenizer){ KD_WORDS, 5, 8, 1 }), *mapped;
    CHECK_INT(kdi_data_share(d, &fd), KD_OK);
    setenv(KDI_SHARED_DATA, kdi_format(arena, "%d", fd), 1);
    CHECK_INT(kdi_data_open_class(&mapped, &made, NULL, folder), KD_OK);
    unsetenv(KDI_SHARED_DATA);
    CHECK(mapped->map != NULL && mapped->set.train.text == NULL);
    CHECK_INT(mapped->set.vocabulary, d->set.vocabulary);
    CHECK_INT(mapped->set.tokenizer.length, 8);
    CHECK_TEXT(mapped->sha256, d->sha256);
    for (int s = 0; s < KD_NSPLIT; s++)
        for (int64_t i = 0; i < d->part[s].n; i++) {
            const char *own = kdi_strdup(arena, tokens_of(d->part[s].from, d->part[s].place[i]));
            CHECK_TEXT(tokens_of(mapped->part[s].from, mapped->part[s].place[i]), own);
        }
    kdi_data_close(mapped);
    kdi_data_close(d);
    close(fd);
}

int main(void)
{
    arena = kdi_arena_new("test");
    folder_make();
    setenv("KD_CACHE", "/nonexistent", 1);
    int bad_tests = _cmocka_run_group_tests(__FILE__, kdi_test, kdi_ntest, NULL, NULL);
    rmdir(in_folder("vocabulary"));
    folder_remove();
    return bad_tests;
}
