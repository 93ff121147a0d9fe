// In Node: npx tsx main.ts
import { trainBars } from './train';

trainBars(console.log);
