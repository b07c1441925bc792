import type { z } from 'zod';
import { OBJECT_RULES } from './application/rules.ts';
import { OAuthApplication, OAuthApplicationSpec, OAuthApplicationStatus } from './application.ts';
import { CATEGORY, GROUP, KINDS, VERSION } from './names.ts';
import type { StructuralSchema } from './openapi.ts';
import { structuralSchema } from './openapi.ts';
import { ClusterOAuthProviderSpec, OAuthProvider, OAuthProviderSpec, OAuthProviderStatus } from './provider.ts';
import type { Rule } from './schema.ts';

/** One column of `kubectl get`; `priority: 1` shows it with `-o wide` alone. */
interface PrinterColumn {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'date';
  readonly jsonPath: string;
  readonly description: string;
  readonly priority?: 1;
}

/** One of our kinds with all that its CustomResourceDefinition says. */
export interface Kind {
  readonly names: (typeof KINDS)[keyof typeof KINDS];
  readonly description: string;
  readonly spec: StructuralSchema;
  readonly status: StructuralSchema;
  readonly rules: readonly Rule[];
  readonly columns: readonly PrinterColumn[];
}

/** A tool that prunes must never delete a definition: every object of its kind would go with it. */
const NEVER_PRUNED = {
  'argocd.argoproj.io/sync-options': 'Prune=false,Delete=false',
  'kustomize.toolkit.fluxcd.io/prune': 'disabled',
} as const;

const READY: readonly PrinterColumn[] = [
  {
    name: 'Ready',
    type: 'string',
    jsonPath: '.status.conditions[?(@.type=="Ready")].status',
    description: 'Whether it can be used as the spec says.',
  },
  {
    name: 'Reason',
    type: 'string',
    jsonPath: '.status.conditions[?(@.type=="Ready")].reason',
    description: 'Why it is, or is not.',
  },
];

const AGE: PrinterColumn = {
  name: 'Age',
  type: 'date',
  jsonPath: '.metadata.creationTimestamp',
  description: 'Time since the object was created.',
};

const APPLICATION_COLUMNS: readonly PrinterColumn[] = [
  ...READY,
  { name: 'Client ID', type: 'string', jsonPath: '.status.clientId', description: 'The client id.' },
  {
    name: 'Provider',
    type: 'string',
    jsonPath: '.status.provider.name',
    description: 'Provider that holds the registration.',
  },
  { name: 'Secret', type: 'string', jsonPath: '.status.secret.name', description: 'Secret with the credentials.' },
  AGE,
  wide('Application ID', 'string', '.status.applicationId', "The provider's id of the registration."),
  wide('Environment', 'string', '.status.registration.environment', 'Environment that the provider counts it to.'),
  wide('Approval', 'string', '.status.registration.approval', 'Whether the provider lets the client be used.'),
  wide('Next Rotation', 'string', '.status.rotation.nextRotationAt', 'When the secret is replaced next.'),
];

const PROVIDER_COLUMNS: readonly PrinterColumn[] = [
  ...READY,
  { name: 'Identity', type: 'string', jsonPath: '.status.identity', description: 'The identity provider behind it.' },
  { name: 'Applications', type: 'integer', jsonPath: '.status.applications', description: 'Applications that use it.' },
  {
    name: 'Last Inventory',
    type: 'date',
    jsonPath: '.status.lastInventory.at',
    description: 'Time since the last complete listing.',
  },
  AGE,
];

/** All our kinds, in the order in which they are documented. */
export function kinds(): readonly Kind[] {
  const status = structuralSchema(OAuthProviderStatus, 'status');
  const provider = { description: describe(OAuthProvider), status, rules: [], columns: PROVIDER_COLUMNS };
  return [
    {
      names: KINDS.application,
      description: describe(OAuthApplication),
      spec: structuralSchema(OAuthApplicationSpec, 'spec'),
      status: structuralSchema(OAuthApplicationStatus, 'status'),
      rules: OBJECT_RULES,
      columns: APPLICATION_COLUMNS,
    },
    { names: KINDS.provider, ...provider, spec: structuralSchema(OAuthProviderSpec, 'spec') },
    { names: KINDS.clusterProvider, ...provider, spec: structuralSchema(ClusterOAuthProviderSpec, 'spec') },
  ];
}

/** Name of a kind's CustomResourceDefinition. */
export function crdName({ names }: Kind): string {
  return `${names.plural}.${GROUP}`;
}

/** The CustomResourceDefinition of a kind (apiextensions.k8s.io/v1). */
export function customResourceDefinition(kind: Kind) {
  const { names, description, rules } = kind;
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: crdName(kind), annotations: NEVER_PRUNED },
    spec: {
      group: GROUP,
      names: {
        kind: names.kind,
        listKind: `${names.kind}List`,
        plural: names.plural,
        singular: names.singular,
        shortNames: [names.shortName],
        categories: [CATEGORY],
      },
      scope: names.scope,
      versions: [
        {
          name: VERSION,
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: kind.columns,
          schema: {
            openAPIV3Schema: {
              type: 'object',
              description,
              required: ['spec'],
              ...(rules.length === 0 ? {} : { 'x-kubernetes-validations': rules }),
              properties: {
                apiVersion: { type: 'string' },
                kind: { type: 'string' },
                metadata: { type: 'object' },
                spec: kind.spec,
                status: kind.status,
              },
            },
          },
        },
      ],
    },
  };
}

function wide(name: string, type: PrinterColumn['type'], jsonPath: string, description: string): PrinterColumn {
  return { name, type, jsonPath, description, priority: 1 };
}

function describe(schema: z.ZodType): string {
  return schema.meta()?.description ?? '';
}
