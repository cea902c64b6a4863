// One command being decided: emits events (applied at once, so that the rest of the
// decision sees them) and effects.
#pragma once

#include "coordinator/core/core.h"

namespace mote::coordinator {

class Transaction {
 public:
  Transaction(State& state, absl::Time now, Decision* decision);

  // Applies an event and journals it. Checked: the event fits the state.
  void Emit(Event event);
  // The same, but in the journal only if the pass's commits are.
  void EmitOf(const Pass& pass, Event event);
  // Applies an event that the journal never sees.
  void EmitVolatile(Event event);
  void Send(Effect effect) { decision_.effects.push_back(std::move(effect)); }
  // Tells the worker of a live attempt to stop it; one that is away learns it from
  // Welcome.
  void Revoke(JobId job, PassId pass, Block block, const Attempt& attempt);
  // Those of all live attempts of the pass.
  void RevokeAll(JobId job, const Pass& pass);
  // Makes an artifact durable before the events are.
  void Sync(const ArtifactRef& artifact) { decision_.sync.push_back(artifact); }
  BlobSink& blobs() { return blobs_; }

  State& state;
  const absl::Time now;

 private:
  class Sink : public BlobSink {
   public:
    explicit Sink(Decision& decision) : decision_(decision) {}
    Digest Store(std::string bytes) override;

   private:
    Decision& decision_;
  };

  Decision& decision_;
  Sink blobs_;
};

}  // namespace mote::coordinator
