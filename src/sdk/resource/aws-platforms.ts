import { ec2 } from './aws-ec2';
import type { Detected, Detection, Detector, Surroundings } from './detector';
import { isInKubernetes, readServiceAccount } from './k8s';

/** @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html */
export const lambda: Detector = ({ env }) => {
  if (!env.AWS_LAMBDA_FUNCTION_NAME) return undefined;
  const megabytes = Number(env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE);
  return {
    attributes: {
      'cloud.provider': 'aws',
      'cloud.platform': 'aws_lambda',
      'cloud.region': env.AWS_REGION,
      'service.name': env.AWS_LAMBDA_FUNCTION_NAME,
      'faas.name': env.AWS_LAMBDA_FUNCTION_NAME,
      'faas.version': env.AWS_LAMBDA_FUNCTION_VERSION,
      'faas.instance': env.AWS_LAMBDA_LOG_STREAM_NAME,
      'faas.max_memory': megabytes > 0 ? megabytes * 1024 * 1024 : undefined,
      'aws.log.group.names': env.AWS_LAMBDA_LOG_GROUP_NAME ? [env.AWS_LAMBDA_LOG_GROUP_NAME] : undefined,
    },
  };
};

/** EKS issues the tokens of its service accounts itself; the name of the cluster is known to those who may read it from CloudWatch's settings. */
export const eks: Detector = (surroundings) => {
  if (!isInKubernetes(surroundings)) return undefined;
  const { env } = surroundings;
  const { token, ca } = readServiceAccount(surroundings);
  const region = /^https:\/\/oidc\.eks\.([\w-]+)\.amazonaws\.com/.exec(issuerOf(token))?.[1];
  const hasPodIdentity =
    env.AWS_WEB_IDENTITY_TOKEN_FILE?.includes('/eks.amazonaws.com/') ||
    env.AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE?.includes('/pods.eks.amazonaws.com/');
  if (!region && !hasPodIdentity) return undefined;
  return onInstance(surroundings, {
    attributes: { 'cloud.platform': 'aws_eks', 'cloud.region': region ?? env.AWS_REGION },
    ...(token && ca && { lookUp: () => [lookUpClusterName(surroundings, token, ca)] }),
  });
};

async function lookUpClusterName(
  { env, request }: Surroundings,
  token: string,
  ca: string,
): Promise<Detected> {
  const host = env.KUBERNETES_SERVICE_HOST ?? 'kubernetes.default.svc';
  const authority = `${host.includes(':') ? `[${host}]` : host}:${env.KUBERNETES_SERVICE_PORT ?? 443}`;
  const answer = await request(
    `https://${authority}/api/v1/namespaces/amazon-cloudwatch/configmaps/cluster-info`,
    { headers: { authorization: `Bearer ${token}` }, ca },
  );
  return { 'k8s.cluster.name': JSON.parse(answer).data['cluster.name'] };
}

/** The issuer that a JSON Web Token names (RFC 7519, `iss`). */
function issuerOf(token = ''): string {
  try {
    return String(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).iss);
  } catch {
    return '';
  }
}

/** Elastic Beanstalk leaves a file for X-Ray. */
export const beanstalk: Detector = (surroundings) => {
  const text = surroundings.readFile(
    surroundings.platform === 'win32'
      ? 'C:\\Program Files\\Amazon\\XRay\\environment.conf'
      : '/var/elasticbeanstalk/xray/environment.conf',
  );
  if (text === undefined) return undefined;
  const { environment_name, version_label } = JSON.parse(text);
  return onInstance(surroundings, {
    attributes: {
      'cloud.platform': 'aws_elastic_beanstalk',
      'service.namespace': environment_name,
      'service.version': version_label,
      // Not deployment_id as service.instance.id, which other detectors make of it: all instances of a deployment share it.
    },
  });
};

/** A platform on EC2 instances: what is known of the instance, and of the platform above it. */
function onInstance(surroundings: Surroundings, { attributes, lookUp }: Detection): Detection {
  const instance = ec2(surroundings);
  return {
    attributes: { 'cloud.provider': 'aws', ...instance?.attributes, ...attributes },
    lookUp: () => [...(instance?.lookUp?.() ?? []), ...(lookUp?.() ?? [])],
  };
}
