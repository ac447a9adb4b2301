import { askSampler, recorded, type Sampler, wantsAttributes } from './sampler';

/** Records what `root` drops, for those who look at spans without exporting them (specification, "AlwaysRecord"). */
export function alwaysRecord(root: Sampler): Sampler {
  return {
    wantsAttributes: (parent) => wantsAttributes(root, parent),
    shouldSample(start) {
      const result = askSampler(root, start);
      return result.decision === 'drop' ? { ...result, ...recorded } : result;
    },
  };
}
