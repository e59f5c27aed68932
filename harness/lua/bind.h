/* bind.h - running the harness's Lua modules on top of tables of C functions. */
#ifndef KDI_BIND_H
#define KDI_BIND_H

#include "base/value.h"

/* require(module).main(argv) with `kd` preloaded: every function of `tables` (NULL-terminated);
 * modules are found in `folder` first. Returns the exit code; 3 after a Lua error. */
int kdi_lua_main(const kdi_call *const *tables, const char *folder, const char *module, int argc,
                 char **argv);

#endif
