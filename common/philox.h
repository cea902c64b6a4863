// Philox4x32-10, a counter-based generator: any element of any stream is computed
// directly, so a task's random numbers depend on its index alone.
//
// Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2, 3 (SC 2011).
//
// Immutable, hence thread-safe.
#pragma once

#include <array>
#include <cstdint>

namespace mote {

class Philox {
 public:
  // Streams of one seed are independent of each other.
  Philox(uint64_t seed, uint64_t stream) : seed_(seed), stream_(stream) {}

  uint64_t U64(uint64_t index) const { return Halves(index)[0]; }
  // In [0, 1), a multiple of 2^-53.
  double Uniform(uint64_t index) const;
  // Mean 0, variance 1 (Box-Muller). Uses the C library's log and cos: within one
  // numeric class the same bits, elsewhere perhaps not.
  double Normal(uint64_t index) const;

  // The generator itself: 128 bits for one counter.
  static std::array<uint32_t, 4> Generate(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key);

 private:
  std::array<uint64_t, 2> Halves(uint64_t index) const;

  uint64_t seed_;
  uint64_t stream_;
};

}  // namespace mote
