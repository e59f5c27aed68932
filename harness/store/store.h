/* store.h - what goes into HDF5 files and comes back: value trees, run files, checkpoints, weights.
 *
 * How a tree looks in a file (results/SCHEMA.md says it for readers of the files):
 *   map                 group; nil members are left out; members come back sorted by name
 *   bool, int, number   scalar attribute of the group
 *   string              attribute of fixed width, UTF-8; from 32 kB on a scalar dataset
 *   array               dataset; from 4 KiB on chunked, shuffled and gzipped
 *   list                of numbers, strings or booleans: 1-D dataset (integers int64, else
 * float64); of anything else: group of "0", "1", ... with the attribute @list map with "@data"
 * dataset of that array, list or string; the other members are its attributes Everything but mixed
 * lists of integers and numbers (they become numbers) and 1-D arrays among the attributes of a
 * dataset (they become lists) comes back as it was, bit for bit. */
#ifndef KDI_STORE_H
#define KDI_STORE_H

#include "base/sha256.h"
#include "base/value.h"

/* ---- trees (tree.c) ---------------------------------------------------------- */

/* path.part, fsync, rename: the old file or the new one, never a half. Equal trees: equal bytes.
 * 512 bytes at the front, which HDF5 leaves alone, hold the SHA-256 of all others. */
int kdi_h5_write(const char *path, const kd_value *tree);
int kdi_h5_write_contiguous(const char *path, const kd_value *tree); /* nothing packed: faster */

/* Any file, whoever made it: guard.h says how. `at`: "run/curve", a group or a dataset; NULL or "":
 * all. `skip`: NULL, or the paths below `at` that are not wanted, ended by NULL. */
int kdi_h5_read(const char *path, const char *at, const char *const *skip, kdi_arena *a,
                kd_value **tree);

/* Of a sealed file: list of { path ("/final/last@epoch"), what: "group", "dataset" or "attribute",
 * type, shape }. below: "runs/abc", a group from which paths then begin; NULL: all (survey.c). */
int kdi_h5_survey(const char *path, const char *below, kdi_arena *a, kd_value **list);

/* ---- checksums ------------------------------------------------------------------ */

enum { KDI_SEAL_SIZE = 512 };
int kdi_seal(const char *path);       /* seal.c: fills the first 512 bytes in */
bool kdi_is_sealed(const char *path); /* has a seal, whether it holds or not */
int kdi_seal_check(const char *path); /* an error when a single bit of the file has changed */
/* the same, but not again for the file that was checked last and has not been touched since */
int kdi_seal_check_once(const char *path);

/* canon.c: of the content of a tree, not of a file: names sorted, types, shapes, bytes */
int kdi_tree_sha256(const kd_value *tree, char hex[KDI_SHA256_HEX]);

/* ---- run files (runfile.c) ---------------------------------------------------------- */

enum { KDI_RUN_VERSION = 1 }; /* of the schema */

/* groups that rerun bit for bit, and those that need not; both lists end with NULL */
extern const char *const kdi_run_exact[], *const kdi_run_rest[];

int kdi_run_write(const char *path, const kd_value *run);
/* what: groups, or single members of one ("curve/loss"), ended by NULL; NULL: all. Root attributes
 * always come along. */
int kdi_run_read(const char *path, const char *const *what, kdi_arena *a, kd_value **run);
/* The same of many files (many.c): a list of trees, { error } where one cannot be read. next: the
 * paths of the next call, or NULL; children read these meanwhile. */
int kdi_runs_read(const kd_value *paths, const kd_value *next, const char *const *what,
                  kdi_arena *a, kd_value **list);
int kdi_run_verify(const char *path); /* reads everything, recomputes the checksums */

/* ---- merged files (merge.c) ----------------------------------------------------------- */

/* sweep: what stands in /sweep; runs: list of { hash, record, file }: the record joins, or
 * replaces, what these groups of the run file say, where there is one */
int kdi_merge(const char *path, const kd_value *sweep, const kd_value *runs,
              const char *const *groups);
int kdi_merged_head(const char *path, kdi_arena *a, kd_value **head); /* with `count` of runs */
/* n runs in order of their hashes, from the first-th (from 0) on; each has its `hash` */
int kdi_merged_runs(const char *path, const char *const *groups, int64_t first, int64_t n,
                    kdi_arena *a, kd_value **list);

/* ---- checkpoints (checkpoint.c) -------------------------------------------------------- */

int kdi_checkpoint_write(const char *path, const kd_value *tree);
int kdi_checkpoint_read(const char *path, kdi_arena *a, kd_value **tree);

/* ---- weights (weights.c) ------------------------------------------------------------------ */

/* Flat: path -> array of reals or int64, every parameter and buffer below s. torch_order: shapes
 * and element order of torch's state_dict; else ours, and the tree is marked so. */
kd_value *kdi_scope_to_tree(kd_scope *s, kdi_arena *a, bool torch_order);
/* Exactly these names and shapes; float32 and float64 are converted. `what` is for messages. */
int kdi_scope_from_tree(kd_scope *s, const kd_value *tree, const char *what);

/* ---- for Lua (store_calls.c) ---------------------------------------------------------------- */

extern const kdi_call kdi_store_calls[];

#endif
