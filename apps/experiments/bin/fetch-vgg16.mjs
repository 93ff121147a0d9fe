#!/usr/bin/env node
import './typescript.mjs';

await import('../src/fetch-vgg16.ts');
