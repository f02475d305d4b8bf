export { rank, type RankInput } from './rank.ts'
