/* Run files, checkpoints and weights: sealed, verified, exact. */
#include "unit_store.h"

#include <signal.h>
#include <sys/wait.h>
#include "base/system.h"
#include "engine/engine.h"

static kd_value *reals(int64_t rows, int64_t columns)
{
    kd_value *v = kd_array(arena, KD_FREAL, KD_SHAPE(rows, columns), NULL);
    for (int64_t i = 0; i < v->n; i++)
        ((kd_real *)v->data)[i] = (kd_real)sin(0.1 * (double)i);
    return v;
}

static kd_value *part(const char *name, double x)
{
    kd_value *map = kd_map(arena);
    kd_set_number(map, name, x);
    return map;
}

static kd_value *a_run(void)
{
    kd_value *run = kd_map(arena), *weights = kd_map(arena), *last = kd_map(arena);
    kd_set(last, "conv1.weight", reals(64, 40));
    kd_set(last, "fc.bias", reals(1, 10));
    kd_set(weights, "last", last);
    kd_set(run, "spec", part("lr", 0.05));
    kd_set(run, "curve", part("loss", 1.25));
    kd_set(run, "final", part("top1", 0.9));
    kd_set(run, "weights", weights);
    kd_set(run, "pred", part("nll", NAN));
    kd_set(run, "env", part("threads", 1));
    kd_set(run, "cost", part("seconds", 2));
    kd_set(run, "status", part("done", 1));
    return run;
}

TEST("a run comes back with its weights, and only the groups that were asked for")
{
    const char *path = file_of("run.h5"), *const what[] = { "weights", "final", NULL };
    kd_value *run = a_run(), *back;
    CHECK_OK(kdi_run_write(path, run));
    CHECK_OK(kdi_run_verify(path));
    CHECK_OK(kdi_run_read(path, what, arena, &back));
    CHECK(kd_get(back, "spec") == NULL && kd_get(back, "cost") == NULL);
    CHECK_TEXT(sum_of(kd_get(back, "weights")), sum_of(kd_get(run, "weights")));
    CHECK_TEXT(sum_of(kd_get(back, "final")), sum_of(kd_get(run, "final")));
    CHECK_INT(kd_get_int(back, "schema_version", 0), 1);
    CHECK_HAS(kd_get_text(back, "creator", ""), "kdbench");
}

static const char *sum_in_file(const char *path)
{
    const char *const what[] = { NULL };
    kd_value *back;
    CHECK_OK(kdi_run_read(path, what, arena, &back));
    return kd_get_text(back, "content_sha256", "");
}

TEST("the content's checksum ignores environment and cost, and nothing else")
{
    static const char *const names[] = { "spec", "curve", "final", "weights",
                                         "pred", "env",   "cost",  "status" };
    const char *path = file_of("sum.h5");
    CHECK_OK(kdi_run_write(path, a_run()));
    const char *sum = sum_in_file(path);
    CHECK_INT(strlen(sum), 64);
    for (int i = 0; i < 8; i++) {
        kd_value *run = a_run();
        kd_set(run, names[i], part("other", i));
        CHECK_OK(kdi_run_write(path, run));
        CHECK_INT(strcmp(sum_in_file(path), sum) == 0, i >= 5);
    }
}

TEST("a failed run has a status and no weights")
{
    const char *path = file_of("failed.h5");
    kd_value *run = kd_map(arena);
    kd_set(run, "spec", part("lr", 0.05));
    kd_set(run, "status", part("failed", 1));
    CHECK_OK(kdi_run_write(path, run));
    CHECK_OK(kdi_run_verify(path));
}

TEST("a run with an unknown group is refused")
{
    kd_value *run = a_run();
    kd_set(run, "extra", part("x", 1));
    CHECK_REFUSED(kdi_run_write(file_of("extra.h5"), run), "'extra'");
    run = a_run();
    kd_set_text(run, "spec", "text");
    CHECK_REFUSED(kdi_run_write(file_of("extra.h5"), run), "/spec must be a map");
}

TEST("every flipped byte of a run file is found")
{
    const char *path = file_of("flip.h5");
    kd_value *back;
    size_t n;
    CHECK_OK(kdi_run_write(path, a_run()));
    unsigned char *data = read_bytes(path, &n);
    for (size_t i = 0; i < n; i += i < 700 ? 1 : 97) {
        data[i] ^= 0x10;
        write_bytes(path, data, n);
        CHECK_REFUSED(kdi_run_verify(path), "flip.h5");
        CHECK_REFUSED(kdi_run_read(path, NULL, arena, &back), "flip.h5");
        data[i] ^= 0x10;
    }
    write_bytes(path, data, n);
    CHECK_OK(kdi_run_verify(path));
}

TEST("a run file cut short or with something behind it never verifies")
{
    const char *path = file_of("short.h5");
    size_t n;
    CHECK_OK(kdi_run_write(path, a_run()));
    unsigned char *data = read_bytes(path, &n);
    for (size_t i = 0; i < 50; i++) {
        write_bytes(path, data, n * i / 50);
        CHECK_REFUSED(kdi_run_verify(path), "short.h5");
    }
    data[n] = 0;
    write_bytes(path, data, n + 1);
    CHECK_REFUSED(kdi_run_verify(path), "damaged");
}

TEST("content that was changed and sealed again does not have its checksum")
{
    const char *path = file_of("forged.h5");
    size_t n;
    CHECK_OK(kdi_run_write(path, a_run()));
    unsigned char *data = read_bytes(path, &n);
    double top1 = 0.9, better = 0.99;
    unsigned char *at = memmem(data, n, &top1, sizeof top1);
    assert_non_null(at);
    memcpy(at, &better, sizeof better);
    write_bytes(path, data, n);
    CHECK_OK(kdi_seal(path));
    CHECK_OK(kdi_seal_check(path));
    CHECK_REFUSED(kdi_run_verify(path), "content_sha256");
}

TEST("a sealed file that is no run, and another version, are told apart")
{
    const char *path = file_of("other.h5");
    kd_value *map = part("x", 1), *back;
    CHECK_OK(kdi_h5_write(path, map));
    CHECK_REFUSED(kdi_run_read(path, NULL, arena, &back), "not a run file");
    kd_set_text(map, "content_sha256", "?");
    kd_set_int(map, "schema_version", 99);
    CHECK_OK(kdi_h5_write(path, map));
    CHECK_REFUSED(kdi_run_read(path, NULL, arena, &back), "schema version 99");
    write_bytes(path, "text", 4);
    CHECK_REFUSED(kdi_run_verify(path), "not a sealed file");
    CHECK_REFUSED(kdi_checkpoint_read(path, arena, &back), "not a sealed file");
}

/* writes `tree` in a child that is killed just before (1) or after (2) the rename */
static void write_and_be_killed(const char *path, const kd_value *tree, const char *point)
{
    pid_t child = fork();
    if (child == 0) {
        setenv("KD_ROLE", "parent", 1);
        setenv("KD_TEST_KILL", point, 1);
        kdi_checkpoint_write(path, tree);
        _exit(0);
    }
    int status;
    CHECK(waitpid(child, &status, 0) == child);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

TEST("killed before the rename: the old checkpoint; after it: the new one")
{
    const char *path = file_of("checkpoint.h5");
    kd_value *old = part("epoch", 1), *new = part("epoch", 2), *back;
    CHECK_OK(kdi_checkpoint_write(path, old));
    write_and_be_killed(path, new, "parent:1");
    CHECK(access(file_of("checkpoint.h5.part"), F_OK) == 0);
    CHECK_OK(kdi_checkpoint_read(path, arena, &back));
    CHECK_NEAR(kd_get_number(back, "epoch", 0), 1, 0);
    write_and_be_killed(path, new, "parent:2");
    CHECK_OK(kdi_checkpoint_read(path, arena, &back));
    CHECK_NEAR(kd_get_number(back, "epoch", 0), 2, 0);
}

/* ---- weights ------------------------------------------------------------------------ */

static kd_scope *a_scope(kd_engine *e, int64_t classes)
{
    kd_rng *rng = kdi_alloc0(arena, sizeof *rng);
    *rng = kdi_rng(7, KDI_STREAM_WEIGHTS, (uint64_t)classes);
    kd_scope *root = kdi_scope_root(e, "net", rng), *layer = kd_scope_new(root, "layer1");
    kd_tensor *conv = kd_param_new(layer, "weight", KD_SHAPE(5, 3, 3, 2));
    conv->layout = KDI_CONV;
    kd_fill_normal(conv, rng, 0, 1);
    kd_fill_normal(kd_param_new(root, "bias", KD_SHAPE(classes)), rng, 0, 1);
    kd_fill_normal(kd_buffer_new(layer, "running_mean", KD_SHAPE(5)), rng, 0, 1);
    kd_tensor *index = kd_buffer_i64_new(root, "index", KD_SHAPE(4));
    for (int i = 0; i < 4; i++)
        kd_i64s(index)[i] = i * classes;
    return root;
}

static int zero(kd_tensor *x, const char *path, const char *unused, void *user)
{
    (void)path;
    (void)unused;
    (void)user;
    memset(x->data, 0, (size_t)kd_numel(x) * kdi_dtype_size(x->type));
    return KD_OK;
}

TEST("weights go through a checkpoint and come back exactly, in either order")
{
    const char *path = file_of("weights.h5");
    kd_engine *e = kdi_engine_new();
    kd_scope *s = a_scope(e, 10);
    for (int torch_order = 0; torch_order < 2; torch_order++) {
        kd_value *tree = kdi_scope_to_tree(s, arena, torch_order), *back;
        CHECK_OK(kdi_checkpoint_write(path, tree));
        CHECK_OK(kdi_checkpoint_read(path, arena, &back));
        kdi_scope_each(s, zero, NULL);
        CHECK_OK(kdi_scope_from_tree(s, back, "weights.h5"));
        CHECK_TEXT(sum_of(kdi_scope_to_tree(s, arena, torch_order)), sum_of(tree));
    }
    kdi_engine_free(e);
}

TEST("weights have torch's names, shapes and element order")
{
    file_of("");
    kd_engine *e = kdi_engine_new();
    kd_scope *s = a_scope(e, 10);
    kd_tensor *conv = kdi_scope_find(s, "layer1.weight");
    kd_value *tree = kdi_scope_to_tree(s, arena, true);
    const kd_value *w = kd_get(tree, "layer1.weight");
    CHECK(kd_shape_equal(w->shape, KD_SHAPE(5, 2, 3, 3)));
    /* ours o=1,h=2,w=0,i=1 is torch's o=1,i=1,h=2,w=0 */
    kd_real ours = kd_reals(conv)[((1 * 3 + 2) * 3 + 0) * 2 + 1];
    CHECK(((kd_real *)w->data)[((1 * 2 + 1) * 3 + 2) * 3 + 0] == ours);
    CHECK(kd_get(tree, "layer1.running_mean") != NULL);
    CHECK(kd_get(tree, "index")->element == KD_I64);
    CHECK_INT(tree->n, 4);
    kdi_engine_free(e);
}

TEST("weights of the other precision are converted")
{
    file_of("");
    kd_engine *e = kdi_engine_new();
    kd_scope *s = a_scope(e, 10);
    kd_value *tree = kdi_scope_to_tree(s, arena, true);
    kd_value *bias = kd_array(arena, KD_FREAL == KD_F32 ? KD_F64 : KD_F32, KD_SHAPE(10), NULL);
    for (int i = 0; i < 10; i++)
        if (bias->element == KD_F64)
            ((double *)bias->data)[i] = 0.5 * i;
        else
            ((float *)bias->data)[i] = 0.5f * (float)i;
    kd_set(tree, "bias", bias);
    CHECK_OK(kdi_scope_from_tree(s, tree, "tree"));
    for (int i = 0; i < 10; i++)
        CHECK_NEAR(kd_reals(kdi_scope_find(s, "bias"))[i], 0.5 * i, 0);
    kdi_engine_free(e);
}

TEST("weights that do not fit are refused by name, and change nothing")
{
    file_of("");
    kd_engine *e = kdi_engine_new();
    kd_scope *s = a_scope(e, 10);
    const char *before = sum_of(kdi_scope_to_tree(s, arena, true));
    kd_value *tree = kdi_scope_to_tree(s, arena, true);
    memset(kd_get(tree, "layer1.weight")->data, 0, 16);
    kd_set(tree, "extra.weight", reals(2, 2));
    CHECK_REFUSED(kdi_scope_from_tree(s, tree, "file"), "'extra.weight'");
    kd_set(tree, "bias", kd_nil(arena));
    CHECK_REFUSED(kdi_scope_from_tree(s, tree, "file"), "has no 'bias'");
    kd_set(tree, "bias", kd_array(arena, KD_FREAL, KD_SHAPE(11), NULL));
    CHECK_REFUSED(kdi_scope_from_tree(s, tree, "file"), "'bias' is 11, the network wants 10");
    kd_set_text(tree, "bias", "none");
    CHECK_REFUSED(kdi_scope_from_tree(s, tree, "file"), "'bias' is not an array of reals");
    CHECK_TEXT(sum_of(kdi_scope_to_tree(s, arena, true)), before);
    kdi_engine_free(e);
}

TEST_MAIN
