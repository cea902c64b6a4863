// A pseudo-random order of [0, n) in constant memory: splits and shuffles of any
// size, where each position is computed alone.
//
// A Feistel network over the fewest bits that hold n, with Philox as its round
// function; values that fall outside [0, n) walk on (Black and Rogaway: Ciphers with
// arbitrary finite domains, 2002), less than twice per value on average.
//
// Thread-safe but for Tabulate.
#pragma once

#include <cstdint>
#include <vector>

namespace mote {

class Permutation {
 public:
  // 0 ≤ n ≤ 2^62 (checked). Equal n and seed give the same permutation for ever.
  Permutation(int64_t n, uint64_t seed);

  // The image of `i`, 0 ≤ i < n (checked); a bijection of [0, n).
  int64_t At(int64_t i) const;
  int64_t size() const { return n_; }

  // For who asks for many images: looks up what the round function makes of each half from
  // now on, which takes a tenth of the time and, for 2^b elements, 12·2^(b/2) bytes (48 KiB
  // for 16 million). Of more than 2^32 elements nothing is tabulated.
  void Tabulate();

 private:
  uint64_t Encrypt(uint64_t value) const;
  uint64_t RoundValue(uint64_t half, uint32_t round, int bits) const;

  int64_t n_;
  uint64_t seed_;
  int low_bits_ = 1;             // of the right half
  int high_bits_ = 1;            // of the left half: as many, or one more
  std::vector<uint16_t> table_;  // [round][half]: RoundValue; empty: computed each time
};

}  // namespace mote
