#include "common/permutation.h"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

#include "common/check.h"
#include "common/philox.h"

namespace mote {
namespace {

constexpr int kFeistelRounds = 6;         // even: the halves change places each round
constexpr int kTableBitsMax = 16;         // of a half
constexpr uint32_t kDomain = 0x7065726D;  // keeps these counters apart from those of Philox streams

uint64_t RoundBits(uint64_t half, uint32_t round, uint64_t seed) {
  const std::array<uint32_t, 4> bits =
      Philox::Generate({static_cast<uint32_t>(half), static_cast<uint32_t>(half >> 32), round, kDomain},
                       {static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32)});
  return bits[0] | static_cast<uint64_t>(bits[1]) << 32;
}

uint64_t LowBits(uint64_t value, int count) { return value & ((uint64_t{1} << count) - 1); }

}  // namespace

Permutation::Permutation(int64_t n, uint64_t seed) : n_(n), seed_(seed) {
  MOTE_CHECK(n >= 0 && n <= int64_t{1} << 62, "a permutation has at most 2^62 elements");
  // Two bits at least: an empty half would never be mixed into the other.
  const int bits = n > 1 ? std::max(2, static_cast<int>(std::bit_width(static_cast<uint64_t>(n - 1)))) : 2;
  low_bits_ = bits / 2;
  high_bits_ = bits - low_bits_;
}

int64_t Permutation::At(int64_t i) const {
  MOTE_CHECK(i >= 0 && i < n_, "an index outside of the permutation");
  uint64_t value = static_cast<uint64_t>(i);
  do {
    value = Encrypt(value);
  } while (value >= static_cast<uint64_t>(n_));
  return static_cast<int64_t>(value);
}

void Permutation::Tabulate() {
  if (high_bits_ > kTableBitsMax) return;
  std::vector<uint16_t> table(size_t{kFeistelRounds} << high_bits_);
  for (uint32_t round = 0; round < kFeistelRounds; ++round) {
    // The right half is the input, which changes places each round.
    const int input_bits = round % 2 == 0 ? low_bits_ : high_bits_;
    const int output_bits = round % 2 == 0 ? high_bits_ : low_bits_;
    for (uint64_t half = 0; half < uint64_t{1} << input_bits; ++half) {
      table[round << high_bits_ | half] = static_cast<uint16_t>(RoundValue(half, round, output_bits));
    }
  }
  table_ = std::move(table);
}

uint64_t Permutation::RoundValue(uint64_t half, uint32_t round, int bits) const {
  if (!table_.empty()) return table_[round << high_bits_ | half];
  return LowBits(RoundBits(half, round, seed_), bits);
}

uint64_t Permutation::Encrypt(uint64_t value) const {
  uint64_t left = value >> low_bits_;
  uint64_t right = LowBits(value, low_bits_);
  int left_bits = high_bits_;
  int right_bits = low_bits_;
  for (uint32_t round = 0; round < kFeistelRounds; ++round) {
    const uint64_t mixed = left ^ RoundValue(right, round, left_bits);
    left = std::exchange(right, mixed);
    std::swap(left_bits, right_bits);
  }
  return left << low_bits_ | right;
}

}  // namespace mote
