#include "common/philox.h"

#include <cmath>
#include <numbers>

namespace mote {
namespace {

constexpr int kPhiloxRounds = 10;
constexpr uint64_t kMultiplier0 = 0xD2511F53;
constexpr uint64_t kMultiplier1 = 0xCD9E8D57;
constexpr uint32_t kWeyl0 = 0x9E3779B9;
constexpr uint32_t kWeyl1 = 0xBB67AE85;

uint32_t Low(uint64_t value) { return static_cast<uint32_t>(value); }
uint32_t High(uint64_t value) { return static_cast<uint32_t>(value >> 32); }

double ToUnit(uint64_t bits) { return static_cast<double>(bits >> 11) * 0x1p-53; }

}  // namespace

std::array<uint32_t, 4> Philox::Generate(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key) {
  for (int round = 0; round < kPhiloxRounds; ++round) {
    const uint64_t product0 = kMultiplier0 * counter[0];
    const uint64_t product1 = kMultiplier1 * counter[2];
    counter = {High(product1) ^ counter[1] ^ key[0], Low(product1), High(product0) ^ counter[3] ^ key[1],
               Low(product0)};
    key[0] += kWeyl0;
    key[1] += kWeyl1;
  }
  return counter;
}

std::array<uint64_t, 2> Philox::Halves(uint64_t index) const {
  const std::array<uint32_t, 4> bits =
      Generate({Low(index), High(index), Low(stream_), High(stream_)}, {Low(seed_), High(seed_)});
  return {bits[0] | static_cast<uint64_t>(bits[1]) << 32, bits[2] | static_cast<uint64_t>(bits[3]) << 32};
}

double Philox::Uniform(uint64_t index) const { return ToUnit(U64(index)); }

double Philox::Normal(uint64_t index) const {
  const std::array<uint64_t, 2> bits = Halves(index);
  const double radius = std::sqrt(-2.0 * std::log(1.0 - ToUnit(bits[0])));  // 1 − u is in (0, 1]: log is finite
  return radius * std::cos(2.0 * std::numbers::pi * ToUnit(bits[1]));
}

}  // namespace mote
