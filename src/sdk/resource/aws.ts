import { ec2 } from './aws-ec2';
import { ecs } from './aws-ecs';
import { beanstalk, eks, lambda } from './aws-platforms';
import type { Detector } from './detector';

/** Amazon Web Services (semantic conventions, "Cloud" and "AWS"): the innermost platform speaks for the rest. */
export const aws: Detector = (surroundings) =>
  lambda(surroundings) ??
  ecs(surroundings) ??
  eks(surroundings) ??
  beanstalk(surroundings) ??
  ec2(surroundings);
