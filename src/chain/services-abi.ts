import { Interface } from 'ethers'

/** What LedgerManager tells of the services that are registered there. */
export const registryAbi = new Interface([
  'function getAllActiveServices() view returns (tuple(address serviceAddress, address serviceContract, string serviceType, string version, string fullName, string description, bool isRecommended, uint256 registeredAt)[])',
])

/** What the serving contracts tell of providers, and of a wallet's tokens. */
export const inferenceServicesAbi = new Interface([
  'function getService(address provider) view returns (tuple(address provider, string serviceType, string url, uint256 inputPrice, uint256 outputPrice, uint256 updatedAt, string model, string verifiability, string additionalInfo, address teeSignerAddress, bool teeSignerAcknowledged) service)',
  'function getAllServices(uint256 offset, uint256 limit) view returns (tuple(address provider, string serviceType, string url, uint256 inputPrice, uint256 outputPrice, uint256 updatedAt, string model, string verifiability, string additionalInfo, address teeSignerAddress, bool teeSignerAcknowledged)[] services, uint256 total)',
  'function getAllServices() view returns (tuple(address provider, string serviceType, string url, uint256 inputPrice, uint256 outputPrice, uint256 updatedAt, string model, string verifiability, string additionalInfo, address teeSignerAddress, bool teeSignerAcknowledged)[] services)',
  'function isTokenRevoked(address user, address provider, uint8 tokenId) view returns (bool)',
])

export const fineTuningServicesAbi = new Interface([
  'function getService(address provider) view returns (tuple(address provider, string url, tuple(uint256 cpuCount, uint256 nodeMemory, uint256 gpuCount, uint256 nodeStorage, string gpuType) quota, uint256 pricePerToken, bool occupied, string[] models, address teeSignerAddress, bool teeSignerAcknowledged) service)',
  'function getAllServices(uint256 offset, uint256 limit) view returns (tuple(address provider, string url, tuple(uint256 cpuCount, uint256 nodeMemory, uint256 gpuCount, uint256 nodeStorage, string gpuType) quota, uint256 pricePerToken, bool occupied, string[] models, address teeSignerAddress, bool teeSignerAcknowledged)[] services, uint256 total)',
  'function getAllServices() view returns (tuple(address provider, string url, tuple(uint256 cpuCount, uint256 nodeMemory, uint256 gpuCount, uint256 nodeStorage, string gpuType) quota, uint256 pricePerToken, bool occupied, string[] models, address teeSignerAddress, bool teeSignerAcknowledged)[] services)',
])
