/** The providers whose habits the simulator can imitate. */
export const HABIT_NAMES = ['openrouter', 'azure', 'deepseek', 'groq', 'llama-cpp'] as const;
export type HabitName = (typeof HABIT_NAMES)[number];
