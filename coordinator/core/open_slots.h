// Slots that may take a lease, by what the answer to them depends on.
//
// Ten thousand slots differ in few things: what their workers allow, the device, its memory and
// numeric class, how slow they are, whether they are on probation, and what some job asks for. Slots that are alike in
// all of these are of one kind, and get the same answer when they are offered to a job; so what one is refused need not
// be asked for the others.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace mote::coordinator {

// Machines that are alike have not just as much memory.
inline constexpr int64_t kMemoryStep = int64_t{256} << 20;

struct SlotKind {
  bool allow_commands = false;
  bool reads_shared = true;
  bool allow_test_operations = false;
  bool on_probation = false;
  // In steps of a fourth of a doubling: what is learned never is so exact that less would matter.
  int slowness_step = 0;
  std::optional<int> byte_step = {};
  std::string numeric_class = {};
  std::string device = {};
  int64_t memory_steps = 0;  // of kMemoryStep
  std::string labels = {};   // those that some job asks for
  std::string worker = {};   // whose rows some job works on; empty of all others
  auto operator<=>(const SlotKind&) const = default;
};

// How fast a slot works, as far as that is learned.
struct SlotSpeed {
  double slowness = 1;                       // how many times longer than the mean it computes
  std::optional<double> second_a_byte = {};  // of communication with its worker; nullopt: not known
};

int SlownessStep(double slowness);
int ByteStep(double second_a_byte);
SlotSpeed SpeedOf(const SlotKind& kind);

// Fewest leases first, then longest ago.
struct OpenSlot {
  int leases = 0;
  uint64_t turn = 0;
  std::string worker;
  int slot = 0;
  auto operator<=>(const OpenSlot&) const = default;
};

// Not thread-safe.
class OpenSlots {
 public:
  using Kinds = std::map<SlotKind, std::set<OpenSlot>>;
  // A kind and those of it that are open, at least one. Valid until the last one is erased.
  using Kind = Kinds::value_type;

  // Returns where it is now.
  const Kind* Insert(SlotKind kind, OpenSlot slot);
  // Requires that it was inserted there and is there still.
  void Erase(const Kind* kind, const OpenSlot& slot);

  // The first slot, in the order of OpenSlot, after `passed` (nullptr: of all) that is of
  // none of the `without` kinds. nullptr: there is none. `kind` becomes that slot's.
  const OpenSlot* FirstAfter(const OpenSlot* passed, const std::vector<const Kind*>& without, const Kind** kind) const;
  // At most `count` slots that have no lease, in their order.
  std::vector<OpenSlot> Idle(size_t count) const;

  const Kinds& kinds() const { return kinds_; }
  size_t size() const { return size_; }

 private:
  Kinds kinds_;
  size_t size_ = 0;
};

}  // namespace mote::coordinator
