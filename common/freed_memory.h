// What becomes of memory that is given back.
#pragma once

#include <malloc.h>

namespace mote {

// Blobs of some MiB come and go: their memory stays with the process, where the kernel would
// otherwise be asked for each anew, and clear it page by page (a fourth of what it costs to
// send a blob). Call before any thread is started.
inline void KeepFreedBuffers() {
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, 64 << 20);
}

// The same of tensors, which one thread makes with every task: giving theirs back and
// faulting it in again would take a third of a forward pass. Arenas of other threads are made
// of heaps of 64 MiB, and give each back as soon as it is empty, whatever the threshold.
inline void KeepFreedMemory() {
  KeepFreedBuffers();
  mallopt(M_ARENA_MAX, 1);
}

}  // namespace mote
