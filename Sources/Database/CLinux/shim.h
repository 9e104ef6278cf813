#pragma once
// What glibc declares only under _GNU_SOURCE, _DEFAULT_SOURCE or _XOPEN_SOURCE. None may be defined in a header
// that Swift imports: the types of the Glibc module would then differ from ours.
#include <spawn.h>
#include <sys/types.h>

int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *, const char *);
int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *, int);
int setfsuid(uid_t);
int setfsgid(gid_t);
int posix_openpt(int);
int grantpt(int);
int unlockpt(int);
int ptsname_r(int, char *, size_t);
int mkostemp(char *, int);
int wcwidth(__WCHAR_TYPE__);

// POSIX_SPAWN_SETSID of <spawn.h>.
enum { clinux_posix_spawn_setsid = 0x80 };
