// What computing costs in money, and the bill that comes of it.
#pragma once

#include <cstdint>
#include <string>

#include "absl/time/time.h"

namespace mote {

// No price of a unit and no budget is higher: bills stay finite numbers.
inline constexpr double kMoneyMax = 1e9;

// What a unit costs, in whatever unit of money the job's owner counts.
struct Price {
  double device_second = 0;  // that a lease holds a slot
  double gib_moved = 0;      // 2^30 bytes over the network
  bool operator==(const Price&) const = default;
};

// What a bill is made of.
struct Usage {
  absl::Duration device_time;  // that leases held a slot, also for nothing
  int64_t network_bytes = 0;
  bool operator==(const Usage&) const = default;
};

Usage operator+(const Usage& a, const Usage& b);
Usage operator-(const Usage& a, const Usage& b);

// device_second · device seconds + gib_moved · network bytes / 2^30, of integer
// nanoseconds and bytes: sums are taken before, so that equal usage gives equal bits
// whatever it was added up from.
double BillOf(const Price& price, const Usage& usage);

// "5.00", "0.0125", "0": cents, or three significant digits below one.
std::string MoneyText(double amount);

}  // namespace mote
