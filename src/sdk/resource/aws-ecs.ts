import type { Detected, Detector } from './detector';

interface Container {
  readonly DockerId?: string;
  readonly DockerName?: string;
  readonly ContainerARN?: string;
  readonly LogDriver?: string;
  readonly LogOptions?: Readonly<Record<string, string>>;
}

interface Task {
  readonly Cluster?: string;
  readonly TaskARN?: string;
  readonly Family?: string;
  readonly Revision?: string;
  readonly LaunchType?: string;
  readonly AvailabilityZone?: string;
}

/**
 * ECS on EC2 and on Fargate: the agent puts the address of its metadata into the environment.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4.html
 */
export const ecs: Detector = ({ env, request }) => {
  const base = env.ECS_CONTAINER_METADATA_URI_V4;
  if (!base && !env.ECS_CONTAINER_METADATA_URI) return undefined;
  return {
    attributes: {
      'cloud.provider': 'aws',
      'cloud.platform': 'aws_ecs',
      'cloud.region': env.AWS_REGION,
    },
    ...(base && {
      lookUp: () => [
        request(base).then((answer) => fromContainer(JSON.parse(answer))),
        request(`${base}/task`).then((answer) => fromTask(JSON.parse(answer))),
      ],
    }),
  };
};

function fromContainer({ DockerId, DockerName, ContainerARN, LogDriver, LogOptions }: Container): Detected {
  return {
    'container.id': DockerId,
    'container.name': DockerName,
    'aws.ecs.container.arn': ContainerARN,
    'cloud.resource_id': ContainerARN,
    ...(LogDriver === 'awslogs' && LogOptions && fromLogOptions(LogOptions, parseArn(ContainerARN))),
  };
}

function fromLogOptions(
  options: Readonly<Record<string, string>>,
  { partition, region, account }: Arn,
): Detected {
  const group = options['awslogs-group'];
  const stream = options['awslogs-stream'];
  const groupArn = `arn:${partition}:logs:${options['awslogs-region'] ?? region}:${account}:log-group:${group}`;
  return {
    ...(group && { 'aws.log.group.names': [group], 'aws.log.group.arns': [`${groupArn}:*`] }),
    ...(stream && {
      'aws.log.stream.names': [stream],
      'aws.log.stream.arns': [`${groupArn}:log-stream:${stream}`],
    }),
  };
}

function fromTask({ Cluster, TaskARN, Family, Revision, LaunchType, AvailabilityZone }: Task): Detected {
  const { partition, region, account } = parseArn(TaskARN);
  return {
    'cloud.account.id': account,
    'cloud.region': region,
    'cloud.availability_zone': AvailabilityZone,
    'aws.ecs.cluster.arn':
      Cluster &&
      (Cluster.startsWith('arn:') ? Cluster : `arn:${partition}:ecs:${region}:${account}:cluster/${Cluster}`),
    'aws.ecs.task.arn': TaskARN,
    'aws.ecs.task.id': TaskARN?.slice(TaskARN.lastIndexOf('/') + 1),
    'aws.ecs.task.family': Family,
    'aws.ecs.task.revision': Revision,
    'aws.ecs.launchtype': LaunchType?.toLowerCase(),
  };
}

interface Arn {
  readonly partition?: string | undefined;
  readonly region?: string | undefined;
  readonly account?: string | undefined;
}

/** `arn:aws:ecs:us-west-2:111122223333:task/default/158d1c8083dd49d6b527399fd6414f5c` */
function parseArn(arn = ''): Arn {
  const [, partition, , region, account] = arn.split(':');
  return { partition, region, account };
}
