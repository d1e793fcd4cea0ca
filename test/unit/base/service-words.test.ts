import { expect, test } from 'vitest'
import { meantService } from '../../../src/base/service-words.ts'

test.each([
  ...['inference-v1', 'Inference', 'INFERENCE', 'inferense', 'infer', 'chat', 'chatbot', 'llm', 'text-to-image'].map(
    (word) => [word, 'inference'] as const,
  ),
  ...['finetuning', 'Fine-Tuning', 'fine_tuning', 'fine tuning', 'finetune', 'tuning', 'training', 'ft', 'LoRA'].map(
    (word) => [word, 'fine-tuning'] as const,
  ),
  ...['', 'storage', 'v1.0', '0x', undefined, null, 7].map((word) => [word, undefined] as const),
])('%o stands for %s', (word, meant) => {
  expect(meantService(word)).toBe(meant)
})
