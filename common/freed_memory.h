// What becomes of memory that tensors give back.
#pragma once

#include <malloc.h>

namespace mote {

// Tensors of some MiB come and go with every task: their memory stays with the process,
// where giving it back and faulting it in again would take a third of a forward pass.
// Call before any thread is started.
inline void KeepFreedMemory() {
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, 64 << 20);
  // Arenas of other threads are made of heaps of 64 MiB, and give each back as soon as it
  // is empty, whatever the threshold.
  mallopt(M_ARENA_MAX, 1);
}

}  // namespace mote
