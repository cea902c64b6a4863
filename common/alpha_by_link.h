// α for each link over which an operation's bytes went.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <string>

#include "common/alpha_fit.h"
#include "common/link_model.h"

namespace mote {

// Over what bytes come to a slot, and what kind of machine it is: there a byte costs alike.
struct Link {
  std::string transport;     // "loopback", "network"
  std::string worker_class;  // "cpu:avx512"
  auto operator<=>(const Link&) const = default;
};

// Not thread-safe. Of bounded size: beyond kLinksMax links the others count as one.
class AlphaByLink {
 public:
  static constexpr size_t kLinksMax = 16;

  // A block: C and S in bytes, and what fetch, transfers and send took.
  void Add(const Link& link, double staged_bytes, double network_bytes, double seconds);

  // Σ α·bytes over the links: what the formula adds to the compute time.
  double predicted_seconds() const;

  // Of all links together: the mean weighted by bytes, so that α·(C + S) is
  // predicted_seconds(); its interval, taking the links to be independent; the part of
  // Σ y² that the links' fits explain.
  double alpha() const;
  double alpha_error() const;
  double r_squared() const;
  int64_t count() const;

  const std::map<Link, AlphaFit>& fits() const { return fits_; }
  // The finer model of the same blocks, for the same links.
  const std::map<Link, LinkModel>& models() const { return models_; }
  // As a snapshot kept it.
  void Restore(const Link& link, const AlphaFit& fit, const LinkModel& model) {
    fits_[link] = fit;
    models_[link] = model;
  }
  bool operator==(const AlphaByLink&) const = default;

 private:
  double bytes() const;

  std::map<Link, AlphaFit> fits_;
  std::map<Link, LinkModel> models_;
};

}  // namespace mote
