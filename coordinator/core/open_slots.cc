#include "coordinator/core/open_slots.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "common/check.h"

namespace mote::coordinator {
namespace {

constexpr double kStepsPerDoubling = 4;
constexpr double kSlownessMin = 1e-3;
constexpr double kSecondAByteMin = 1e-15;

}  // namespace

int SlownessStep(double slowness) {
  return static_cast<int>(std::lround(kStepsPerDoubling * std::log2(std::max(slowness, kSlownessMin))));
}

int ByteStep(double second_a_byte) {
  return static_cast<int>(std::lround(kStepsPerDoubling * std::log2(std::max(second_a_byte, kSecondAByteMin))));
}

SlotSpeed SpeedOf(const SlotKind& kind) {
  SlotSpeed speed{std::exp2(kind.slowness_step / kStepsPerDoubling)};
  if (kind.byte_step) speed.second_a_byte = std::exp2(*kind.byte_step / kStepsPerDoubling);
  return speed;
}

const OpenSlots::Kind* OpenSlots::Insert(SlotKind kind, OpenSlot slot) {
  const auto of_kind = kinds_.try_emplace(std::move(kind)).first;
  size_ += of_kind->second.insert(std::move(slot)).second ? 1 : 0;
  return &*of_kind;
}

void OpenSlots::Erase(const Kind* kind, const OpenSlot& slot) {
  const auto of_kind = kinds_.find(kind->first);
  MOTE_CHECK(of_kind != kinds_.end() && of_kind->second.erase(slot) == 1, "an open slot is where it was put");
  --size_;
  if (of_kind->second.empty()) kinds_.erase(of_kind);
}

const OpenSlot* OpenSlots::FirstAfter(const OpenSlot* passed, const std::vector<const Kind*>& without,
                                      const Kind** kind) const {
  const OpenSlot* first = nullptr;
  for (const Kind& candidate : kinds_) {
    if (std::find(without.begin(), without.end(), &candidate) != without.end()) continue;
    const std::set<OpenSlot>& slots = candidate.second;
    // Mostly what is passed lies before all of the kind, and nothing has to be searched.
    const bool is_before = passed == nullptr || *passed < *slots.begin();
    const auto next = is_before ? slots.begin() : slots.upper_bound(*passed);
    if (next == slots.end() || (first != nullptr && *first < *next)) continue;
    first = &*next;
    *kind = &candidate;
  }
  return first;
}

std::vector<OpenSlot> OpenSlots::Idle(size_t count) const {
  std::vector<OpenSlot> idle;
  for (const auto& [kind, slots] : kinds_) {
    size_t of_kind = 0;
    for (auto slot = slots.begin(); slot != slots.end() && slot->leases == 0 && of_kind < count; ++slot, ++of_kind) {
      idle.push_back(*slot);
    }
  }
  std::sort(idle.begin(), idle.end());
  if (idle.size() > count) idle.resize(count);
  return idle;
}

}  // namespace mote::coordinator
